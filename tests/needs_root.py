"""Tests of what only root may: real uids without accounts, file systems of a test's own.

They are marked ``needs_root``. For anybody else they are run with ``sudo -n`` where that works; where
it does not they are left out, and the last line of the run says so.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).parents[1]
PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "FONTCONFIG_FILE")
"""Variables by which programs and libraries are found here; sudo takes them away."""
LEFT_OUT = "scizoo_left_out"
"""Under this name a process of pytest-xdist tells the first one."""


class NeedsRoot:
    """A pytest plugin.

    Parameters
    ----------
    is_root
        Whether this run may become anybody.
    sudo
        The command that makes root of us without asking; empty for none.
    """

    def __init__(self, is_root: bool, sudo: tuple[str, ...]) -> None:
        self._is_root = is_root
        self._sudo = sudo
        self._left_out: list[str] = []

    @pytest.hookimpl
    def pytest_configure(self, config: pytest.Config) -> None:
        """Make the mark known."""
        config.addinivalue_line(
            "markers", "needs_root: becomes other users by numeric id, or mounts, which only root may"
        )

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Take the tests for root out, unless this is root."""
        if self._is_root:
            return
        rooted = [item for item in items if item.get_closest_marker("needs_root")]
        self._left_out = [item.nodeid for item in rooted]
        items[:] = [item for item in items if item not in rooted]
        config.hook.pytest_deselected(items=rooted)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Learn from a process of pytest-xdist what it has left out; all of them collect the same."""
        self._left_out = getattr(node, "workeroutput", {}).get(LEFT_OUT, self._left_out)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Run them with sudo where that works; a process of pytest-xdist leaves that to the first."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[LEFT_OUT] = self._left_out
            self._left_out = []
        elif self._left_out and self._sudo and not session.config.option.collectonly:
            left_out, self._left_out = self._left_out, []
            sys.stdout.write(f"\n{len(left_out)} tests that need root, with {' '.join(self._sudo)}:\n")
            sys.stdout.flush()
            status = self._run_as_root(left_out)
            if status and session.exitstatus == pytest.ExitCode.OK:
                session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Say as the very last line what was not run."""
        if self._left_out:
            sys.stdout.write(f"NOT RUN (needs root): {len(self._left_out)} tests\n")

    def _run_as_root(self, tests: list[str]) -> int:
        with tempfile.TemporaryDirectory(prefix="scizoo-root-") as folder:
            variables = {
                **{name: os.environ[name] for name in PASSED_ON if name in os.environ},
                "PYTHONPATH": str(CHECKOUT),
                "PYTHONDONTWRITEBYTECODE": "1",
                "HYPOTHESIS_STORAGE_DIRECTORY": folder,
            }
            settings = [f"{name}={value}" for name, value in variables.items()]
            command = [*self._sudo, "env", *settings, sys.executable, "-m", "pytest", "-q", *tests]
            return subprocess.run(command, cwd=CHECKOUT, check=False).returncode


def plugin() -> NeedsRoot:
    """Return the plugin for whoever runs this."""
    is_root = os.geteuid() == 0
    return NeedsRoot(is_root, () if is_root or not sudo_works() else ("sudo", "-n"))


def sudo_works() -> bool:
    """Tell whether sudo makes root of this account without asking."""
    try:
        return subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
