"""Programs and libraries: those of the machine, else those that ``make setup`` unpacked beside us."""

import os
import shutil
import sys
from pathlib import Path

from scizoo.services.errors import ServiceError

CHECKOUT = Path(__file__).parents[2]


def system_folder() -> Path:
    """Return where ``make setup`` unpacked Debian packages; ``SCIZOO_SYSTEM`` names another place."""
    return Path(os.environ.get("SCIZOO_SYSTEM") or CHECKOUT / ".state" / "system")


def unpacked(name: str) -> Path:
    """Return a file of an unpacked package by its path below the root, whether it is there or not."""
    return system_folder() / "root" / name


def libraries() -> dict[str, str]:
    """Return the variable that lets one program find unpacked libraries; never for a whole session."""
    root = system_folder() / "root"
    folders = [*sorted(root.glob("usr/lib/*-linux-gnu")), *sorted(root.glob("lib/*-linux-gnu"))]
    given = os.environ.get("LD_LIBRARY_PATH")
    joined = ":".join([*map(str, folders), *([given] if given else [])])
    return {"LD_LIBRARY_PATH": joined} if joined else {}


def script(name: str) -> Path:
    """Return a command of this virtual environment.

    Raises
    ------
    ServiceError
        It is not installed.
    """
    path = Path(sys.prefix) / "bin" / name
    if not path.exists():
        raise ServiceError(f"{path} is missing: run `make setup`")
    return path


def program(name: str, *unpacked_paths: str) -> Path:
    """Return a program on PATH, else out of an unpacked package.

    Raises
    ------
    ServiceError
        It is neither here nor there.
    """
    if found := shutil.which(name):
        return Path(found)
    for path in map(unpacked, unpacked_paths):
        if path.exists():
            return path
    raise ServiceError(f"{name} is neither on PATH nor below {system_folder()}: run `make setup`")
