"""Run a program; when it fails, say what it was for and how its output ended."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bootstrap.errors import SetupError
from bootstrap.layout import LOGS

LAST_LINES = 12


def call(
    command: Sequence[str | Path],
    log: str,
    cure: str,
    variables: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> None:
    """Run a program with its output in a log file.

    Raises
    ------
    SetupError
        It cannot be started or fails: the command, the end of its log, and the cure.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{log}.log"
    environment = {**os.environ, **(variables or {})}
    try:
        with path.open("wb") as output:
            done = subprocess.run(
                [*map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd=folder,
                check=False,
            )
    except OSError as error:
        raise SetupError(f"{command[0]} cannot be started: {error.strerror}. {cure}") from None
    if done.returncode:
        raise SetupError(f"{Path(command[0]).name} failed ({path}):\n{_end_of(path)}\n{cure}")


def _end_of(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").rstrip().splitlines()
    return "\n".join(f"    {line}" for line in lines[-LAST_LINES:])
