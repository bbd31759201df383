"""One running program: started in a session of its own, recognised later, and ended for certain."""

import contextlib
import os
import select
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GRACE_S = 5.0
STATE, START_TIME = 0, 19  # fields of /proc/<pid>/stat, counted after the name
DEAD = frozenset("ZX")


@dataclass(frozen=True)
class Process:
    """A process, known by its id and the moment it began, so that a reused id is never taken for it.

    Attributes
    ----------
    started
        Clock ticks between the machine's boot and the start of the process.
    """

    pid: int
    started: int

    @property
    def alive(self) -> bool:
        """Whether it still runs; a zombie does not."""
        found = _look_up(self.pid)
        return found is not None and found[0] not in DEAD and found[1] == self.started

    def end(self, grace_s: float = GRACE_S) -> int | None:
        """Send SIGTERM, after the grace SIGKILL to its whole session; return when it is gone.

        Returns
        -------
        int | None
            Its exit code, below zero the signal that ended it; none when it was nobody's or
            somebody else's child, or had been asked for before.
        """
        if self.alive:
            self._signal(signal.SIGTERM)
            self._wait(grace_s)
        return self.kill()

    def kill(self) -> int | None:
        """Send SIGKILL to it and to everything in its session, without a word before; returns as ``end``."""
        self._kill_group()
        if self._is_there():
            self._wait(GRACE_S)  # the first thread may be a zombie while others still end
        return _reap(self.pid)

    def _is_there(self) -> bool:
        found = _look_up(self.pid)
        return found is not None and found[1] == self.started

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.kill(self.pid, number)
            os.kill(self.pid, signal.SIGCONT)
        except ProcessLookupError:
            pass

    def _wait(self, limit_s: float) -> None:
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return
        try:
            select.select([handle], [], [], limit_s)
        finally:
            os.close(handle)

    def _kill_group(self) -> None:
        if _look_up(self.pid) is not None and not self._is_there():
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


def spawn(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path, log_file: Path, bound: bool
) -> Process:
    """Start a program in its own session, its output appended to a log, nothing on its input.

    Parameters
    ----------
    bound
        The kernel kills the program when the thread that called this ends, however it ends.

    Raises
    ------
    OSError
        When the program is not there or may not be started.
    """
    leash = ["setpriv", "--pdeathsig", "KILL", "--"] if bound else []
    with log_file.open("ab") as log:
        child = subprocess.Popen(
            [*leash, *map(str, command)],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    child.returncode = 0  # not Popen's to wait for: Process.end reaps it
    found = _look_up(child.pid)
    return Process(child.pid, found[1] if found else 0)


def _look_up(pid: int) -> tuple[str, int] | None:
    """Return state and start of a process, none when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return fields[STATE], int(fields[START_TIME])


def _reap(pid: int) -> int | None:
    """Take the exit code of a child, so that no zombie stays; others' children are not ours to reap."""
    try:
        ended, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status) if ended else None
