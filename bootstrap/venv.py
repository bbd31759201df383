"""A virtual environment with this project in it, editable."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bootstrap.commands import call
from bootstrap.errors import SetupError
from bootstrap.layout import CHECKOUT, ROOT
from bootstrap.machine import certificates
from bootstrap.progress import step

WHEELS = ROOT / "usr" / "share" / "python-wheels"
NO_INDEX = "Is there a network? pip uses the index of its own configuration (pip config list)."
WRITABLE = "Is the folder writable, is the disk full?"


class Environment:
    """The environment in a folder; ``.venv`` is the one that people use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"

    def install(self, extras: Sequence[str], constraints: Path | None) -> None:
        """Make it when it is missing or not of this place, and install the project with extras.

        Raises
        ------
        SetupError
            pip cannot be had, or cannot get a package.
        """
        if not self.belongs_here():
            self.make()
        names = ",".join(extras)
        pinned = ["--constraint", str(constraints)] if constraints else ["--upgrade"]
        with step(f"installing Python packages ({names}), about a minute the first time"):
            self._pip("install", *pinned, "--editable", f"{CHECKOUT}[{names}]")

    def belongs_here(self) -> bool:
        """Tell whether it works and was made in this place: scripts in it name their folder."""
        script = self.folder / "bin" / "pip"
        if not self.python.exists() or not script.exists():
            return False
        return script.read_text(encoding="utf-8", errors="replace").startswith(f"#!{self.folder}/")

    def make(self) -> None:
        """Make it empty but for pip: Python's own copy, or the one of Debian's package."""
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            with step(f"making {self.folder.relative_to(CHECKOUT)}"):
                self._make()
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise

    def _make(self) -> None:
        if importlib.util.find_spec("ensurepip"):
            call([sys.executable, "-m", "venv", self.folder], "venv", WRITABLE)
            return
        wheel = next(WHEELS.glob("pip-*.whl"), None)
        if wheel is None:
            raise SetupError(f"this Python has no ensurepip, and {WHEELS} has no pip: install python3-venv")
        call([sys.executable, "-m", "venv", "--without-pip", self.folder], "venv", WRITABLE)
        offline = ["--no-index", f"--find-links={WHEELS}"]
        command = [str(self.python), "-m", "pip", "install", *offline, "pip"]
        call(command, "pip-itself", WRITABLE, {"PYTHONPATH": str(wheel)})

    def _pip(self, *arguments: str) -> None:
        call([self.python, "-m", "pip", *arguments], "pip", NO_INDEX, self._variables())

    def _variables(self) -> dict[str, str]:
        """Return the machine's certificates for pip, unless its configuration names some already."""
        quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
        bundle = certificates()
        if bundle is None or "PIP_CERT" in os.environ or self._configured("global.cert"):
            return quiet
        return {**quiet, "PIP_CERT": str(bundle)}

    def _configured(self, key: str) -> bool:
        asked = subprocess.run(
            [self.python, "-m", "pip", "config", "get", key], capture_output=True, check=False
        )
        return asked.returncode == 0
