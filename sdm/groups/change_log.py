"""The log of every change of groups: one JSON object a line, with who and why, appended for ever."""

import fcntl
import json
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sdm.accounts import this_account
from sdm.groups.errors import GroupsSettingsError

Outcome = Literal["begun", "done", "failed"]
READABLE_BY_GROUP = 0o640
FOLDER_MODE = 0o750


@dataclass(frozen=True)
class Author:
    """Who changes something, from where; the user behind sudo is a claim of sudo's."""

    account: str
    behind_sudo: str
    host: str


def this_author() -> Author:
    """Return who runs this process."""
    return Author(this_account(), os.environ.get("SUDO_USER", ""), socket.gethostname())


class ChangeLog:
    """The log, open for one run; a second run on the same log has to wait.

    Parameters
    ----------
    path
        The file, made when missing, mode 0640.
    author
        Who changes.
    why
        The reason, as ``before the beam time of 20170251``.
    clock
        Returns the time, aware.

    Raises
    ------
    GroupsSettingsError
        It cannot be written, or another run has it: nothing may be changed without it.
    """

    def __init__(self, path: Path, author: Author, why: str, clock: Callable[[], datetime]) -> None:
        self._author = author
        self._why = why
        self._clock = clock
        self.proposal = ""
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            self._file = os.open(path, flags, READABLE_BY_GROUP)
        except OSError as error:
            raise GroupsSettingsError(f"change_log {path}: {error.strerror}") from None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._file)
            raise GroupsSettingsError(f"another run changes groups now ({path} is locked): wait") from None

    def write(self, outcome: Outcome, step: str, reason: str = "") -> None:
        """Append one line, on the disk when this returns."""
        line = {
            "at": self._clock().isoformat(timespec="milliseconds"),
            "proposal": self.proposal,
            "outcome": outcome,
            "step": step,
            "reason": reason,
            "why": self._why,
            "account": self._author.account,
            "behind_sudo": self._author.behind_sudo,
            "host": self._author.host,
        }
        os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._file)

    def close(self) -> None:
        """Let the next run have it."""
        os.close(self._file)
