"""``python3 -m bootstrap demo|kafka|test``: set parts up, once."""

import fcntl
import sys

from bootstrap import apache_kafka, debian, gui, machine, stamps
from bootstrap.errors import SetupError
from bootstrap.layout import CONSTRAINTS, STAMPS, SYSTEM, VENV
from bootstrap.parts import PARTS, Part, closure
from bootstrap.progress import say
from bootstrap.venv import Environment

USAGE = 2
NAMES = tuple(name for name, part in PARTS.items() if not part.root_only)


def main(names: list[str]) -> int:
    """Set parts up; return the exit status."""
    if not names or not set(names) <= set(NAMES):
        print(f"usage: python3 -m bootstrap {'|'.join(NAMES)} …", file=sys.stderr)
        return USAGE
    try:
        set_up(closure(tuple(names)))
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    return 0


def set_up(parts: list[Part]) -> None:
    """Set up what is not yet; two at once wait for each other.

    Raises
    ------
    SetupError
        Something is missing on this machine.
    """
    machine.check_python()
    STAMPS.mkdir(parents=True, exist_ok=True)
    with (STAMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        word = stamps.digest()
        if all(stamps.done(part, word) for part in parts):
            return
        _install(parts)
        for part in parts:
            stamps.mark(part, word)
    say("done")


def _install(parts: list[Part]) -> None:
    if machine.is_debian_12():
        debian.unpack([package for part in parts for package in part.debian_packages])
    else:
        machine.check_offers(parts)
    SYSTEM.mkdir(parents=True, exist_ok=True)
    gui.write_environment()
    Environment(VENV).install([extra for part in parts for extra in part.extras], CONSTRAINTS)
    if any(part.kafka for part in parts):
        apache_kafka.fetch()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
