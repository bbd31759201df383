"""``python3 -m bootstrap.versions lowest newest``: the tests with other versions of what we stand on."""

import configparser
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from bootstrap.errors import SetupError
from bootstrap.layout import CHECKOUT, STATE
from bootstrap.progress import say
from bootstrap.venv import Environment

LOWEST, NEWEST = "lowest", "newest"
OF_THE_TIME = ("numpy<2", "setuptools<81")
"""What the lowest versions were built against, and do not say."""
TESTS = (
    "tests/unit",
    "tests/integration/scifish/without_kafka",
    "tests/integration/sardana_recorders/test_silent_devices.py",
    "tests/integration/services/test_services.py",
)
OTHERS_WARN = ("-W", "default")
"""Old packages warn on new Pythons; that is no error of ours."""
NOT_HERE = (
    "--deselect=tests/unit/bootstrap/test_pytango_pin.py::test_this_environment_has_it",
    "--deselect=tests/unit/scifish/test_schemas.py",
)
"""About ``.venv`` alone: its pins, and the schemas as its pydantic words them."""
BOUND = re.compile(r"(?P<name>[\w.-]+).*?>=\s*(?P<version>[\w.]+)")


def main(names: list[str]) -> int:
    """Run the tests once per choice; return the exit status of the worst."""
    if not names or not set(names) <= {LOWEST, NEWEST}:
        print(f"usage: python3 -m bootstrap.versions {LOWEST}|{NEWEST} …", file=sys.stderr)
        return 2
    try:
        return max(run(name) for name in names)
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1


def run(name: str) -> int:
    """Install one choice of versions beside ``.venv`` and run the tests there; return their exit status.

    Raises
    ------
    SetupError
        These versions cannot be installed together.
    """
    folder = STATE / "versions" / name
    folder.mkdir(parents=True, exist_ok=True)
    environment = Environment(folder / "venv")
    environment.install(["test"], write_constraints(folder) if name == LOWEST else None)
    say(f"the tests with the {name} versions")
    command = [str(environment.python), "-m", "pytest", "-q", *OTHERS_WARN, *NOT_HERE, *TESTS]
    return subprocess.run(command, cwd=CHECKOUT, check=False).returncode


def write_constraints(folder: Path) -> Path:
    """Write the lower bounds of setup.cfg as constraints for pip."""
    parser = configparser.ConfigParser()
    parser.read(CHECKOUT / "setup.cfg", encoding="utf-8")
    pins = lower_bounds(parser["options"]["install_requires"].splitlines())
    path = folder / "constraints.txt"
    path.write_text("\n".join([*pins, *OF_THE_TIME]) + "\n", encoding="utf-8")
    return path


def lower_bounds(requirements: Iterable[str]) -> list[str]:
    """Return ``name==version`` for each requirement, at its lower bound; raise SetupError without one."""
    found = []
    for line in filter(None, map(str.strip, requirements)):
        bound = BOUND.match(line)
        if bound is None:
            raise SetupError(f"setup.cfg: {line!r} has no lower bound (>=)")
        found.append(f"{bound['name']}=={bound['version']}")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
