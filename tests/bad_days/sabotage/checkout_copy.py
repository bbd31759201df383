"""A copy of the checkout in a temporary folder, with the same virtual environment."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

CHECKOUT = Path(__file__).parents[3]
LIMIT_S = 180
"""Longest run of the tests of one protection."""
TEST_LIMIT_S = 60
TESTS_FAILED = 1
"""Exit code of pytest when tests ran and some failed; others mean that they could not be run."""


@dataclass(frozen=True)
class Outcome:
    """What a run of pytest came to: the tests by what became of them, and what it printed."""

    failed: tuple[str, ...]
    passed: int
    code: int
    output: str


class CheckoutCopy:
    """What git knows of the checkout, as it stands now, copied; the original is never touched."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "checkout"
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
        for name in filter(None, listed.split("\0")):
            source, target = CHECKOUT / name, self._folder / name
            if source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, target)
        self._report = folder / "report.xml"

    @contextmanager
    def without(self, patch: Path) -> Iterator[str | None]:
        """Take a protection out, and put it back at the end; yields why that cannot be done, or None."""
        refused = self._apply(patch, "--check")
        if refused:
            yield refused
            return
        self._apply(patch)
        try:
            yield None
        finally:
            self._apply(patch, "--reverse")

    def run(self, tests: Sequence[str]) -> Outcome:
        """Run some tests in the copy, each with a limit of its own."""
        limits = [f"--timeout={TEST_LIMIT_S}", "--timeout-method=signal"]
        options = ["-q", "-p", "no:randomly", f"--junitxml={self._report}", "-o", "junit_family=xunit2"]
        command = [sys.executable, "-m", "pytest", *options, *limits, *tests]
        self._report.unlink(missing_ok=True)
        try:
            done = subprocess.run(
                command,
                cwd=self._folder,
                env=self._environment(),
                capture_output=True,
                text=True,
                timeout=LIMIT_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Outcome((), 0, -1, f"no end within {LIMIT_S} s")
        return self._outcome(done.returncode, done.stdout + done.stderr)

    def _apply(self, patch: Path, *options: str) -> str | None:
        # GIT_CEILING_DIRECTORIES: else a repository above the copy would be patched instead.
        environment = {**os.environ, "GIT_CEILING_DIRECTORIES": str(self._folder.parent)}
        command = ["git", "apply", *options, str(patch)]
        done = subprocess.run(
            command, cwd=self._folder, env=environment, capture_output=True, text=True, check=False
        )
        return done.stderr.strip() if done.returncode else None

    def _environment(self) -> dict[str, str]:
        """Return variables by which every process of the tests imports the copy, and nothing stale."""
        return {
            **os.environ,
            "PYTHONPATH": str(self._folder),
            "PYTHONDONTWRITEBYTECODE": "1",
            "SCIZOO_SYSTEM": os.environ.get("SCIZOO_SYSTEM") or str(CHECKOUT / ".state" / "system"),
        }

    def _outcome(self, code: int, output: str) -> Outcome:
        if not self._report.exists():
            return Outcome((), 0, code, output)
        cases = list(ElementTree.parse(self._report).getroot().iter("testcase"))  # noqa: S314 - our own file
        failed = [case.attrib["name"] for case in cases if case.find("failure") is not None]
        passed = [case for case in cases if not list(case.iterfind("*"))]
        return Outcome(tuple(failed), len(passed), code, output)
