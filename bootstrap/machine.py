"""What this machine is, and what it already offers."""

import ctypes
import importlib.util
import os
import shutil
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

from bootstrap.errors import SetupError
from bootstrap.parts import Part

OLDEST_PYTHON = (3, 10)
SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")


def is_debian_12(release: Path = Path("/etc/os-release")) -> bool:
    """Tell whether Debian 12's packages fit here, and apt is there to fetch them."""
    try:
        lines = release.read_text(encoding="utf-8").splitlines()
    except OSError:
        return False
    facts = dict(line.split("=", 1) for line in lines if "=" in line)
    wanted = {"ID": "debian", "VERSION_ID": "12"}
    fits = all(facts.get(key, "").strip('"') == value for key, value in wanted.items())
    return fits and shutil.which("apt-get") is not None and shutil.which("dpkg") is not None


def check_python(version: tuple[int, ...] = sys.version_info[:2]) -> None:
    """Raise SetupError when this Python is too old."""
    if version < OLDEST_PYTHON:
        found, wanted = (".".join(map(str, numbers)) for numbers in (version, OLDEST_PYTHON))
        raise SetupError(f"python3 is {found}, {wanted} or newer is needed: make setup PYTHON=python3.11")


def check_offers(parts: list[Part], modules: Sequence[str] = ("ensurepip",)) -> None:
    """Raise SetupError naming everything that a machine other than Debian 12 lacks.

    Parameters
    ----------
    modules
        Modules of Python that some systems split off.
    """
    missing = [name for part in parts for name in part.libraries if not has_library(name)]
    missing += [name for part in parts for name in part.programs if not shutil.which(name)]
    missing += [f"Python's module {name}" for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise SetupError(
            "this is not Debian 12, where the set-up fetches what it needs by itself. "
            f"Missing here: {', '.join(missing)}. Install that with your package manager and try again"
        )


def has_library(name: str) -> bool:
    """Tell whether the dynamic linker finds a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def certificates() -> Path | None:
    """Return the bundle of certificates this machine trusts: SSL_CERT_FILE, else the system's."""
    if given := os.environ.get("SSL_CERT_FILE"):
        return Path(given)
    known = ssl.get_default_verify_paths().cafile
    for path in (SYSTEM_BUNDLE, Path(known) if known else None):
        if path and path.exists():
            return path
    return None
