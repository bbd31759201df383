"""The virtual environment ``.venv``, with this project in it, editable."""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from bootstrap.commands import call
from bootstrap.errors import SetupError
from bootstrap.layout import CHECKOUT, CONSTRAINTS, ROOT, VENV
from bootstrap.machine import certificates
from bootstrap.progress import step

PYTHON = VENV / "bin" / "python"
WHEELS = ROOT / "usr" / "share" / "python-wheels"
NO_INDEX = "Is there a network? pip uses the index of its own configuration (pip config list)."


def install(extras: Sequence[str]) -> None:
    """Make the environment when it is missing or not of this place, and install the project with extras.

    Raises
    ------
    SetupError
        pip cannot be had, or cannot get a package.
    """
    if not belongs_here():
        make()
    names = ",".join(extras)
    with step(f"installing Python packages ({names}), about a minute the first time"):
        _pip("install", "--constraint", str(CONSTRAINTS), "--editable", f"{CHECKOUT}[{names}]")


def belongs_here() -> bool:
    """Tell whether the environment works and was made in this place: scripts in it name their folder."""
    script = VENV / "bin" / "pip"
    if not PYTHON.exists() or not script.exists():
        return False
    return script.read_text(encoding="utf-8", errors="replace").startswith(f"#!{VENV}/")


def make() -> None:
    """Make an empty environment with pip, out of Python's own copy or the one of Debian's package."""
    shutil.rmtree(VENV, ignore_errors=True)
    try:
        with step("making .venv"):
            if importlib.util.find_spec("ensurepip"):
                call([sys.executable, "-m", "venv", VENV], "venv", "Is the folder writable?")
            else:
                call([sys.executable, "-m", "venv", "--without-pip", VENV], "venv", "Is the folder writable?")
                _install_pip()
    except BaseException:
        shutil.rmtree(VENV, ignore_errors=True)
        raise


def _install_pip() -> None:
    wheel = next(WHEELS.glob("pip-*.whl"), None)
    if wheel is None:
        raise SetupError(f"this Python has no ensurepip, and {WHEELS} has no pip: install python3-venv")
    command = [str(PYTHON), "-m", "pip", "install", "--no-index", "--find-links", str(WHEELS), "pip"]
    call(command, "pip-itself", "Is the disk full?", {"PYTHONPATH": str(wheel)})


def _pip(*arguments: str) -> None:
    call([PYTHON, "-m", "pip", *arguments], "pip", NO_INDEX, _variables())


def _variables() -> dict[str, str]:
    """Return the machine's certificates for pip, unless its configuration names some already."""
    quiet = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
    bundle = certificates()
    if bundle is None or "PIP_CERT" in os.environ or _configured("global.cert"):
        return quiet
    return {**quiet, "PIP_CERT": str(bundle)}


def _configured(key: str) -> bool:
    asked = subprocess.run([PYTHON, "-m", "pip", "config", "get", key], capture_output=True, check=False)
    return asked.returncode == 0
