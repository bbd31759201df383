"""What can go wrong with a service."""

from pathlib import Path

TAIL = 15


class ServiceError(Exception):
    """A service did not start, answer or stop; the text says why and what to do."""


def tail(log_file: Path, lines: int = TAIL) -> str:
    """Return the last lines of a log, with its name above them."""
    try:
        text = log_file.read_text(encoding="utf-8", errors="replace").rstrip()
    except OSError:
        return f"(no log at {log_file})"
    last = "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
    return f"the end of {log_file}:\n{last}" if last else f"({log_file} is empty)"
