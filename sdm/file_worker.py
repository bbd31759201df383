"""Asking the file system from another process, which can be abandoned when a storage hangs.

A thread that is stuck in the kernel cannot be killed and holds its process's exit; a child process
holds nobody. The child also has umask 0 of its own, which ``folders`` needs.
"""

import os
import select
import subprocess
import sys
import threading
import time
from contextlib import suppress

from sdm.errors import FolderError, WorkerError
from sdm.file_calls import Answer, Call, answer, as_line
from sdm.findings import Finding
from sdm.folder_plan import FolderPlan
from sdm.folder_walk import FolderState

REAP_S = 0.2
"""A killed child that does nothing is gone by then."""


class FileWorker:
    """A child process that makes file-system calls one by one, started when first needed.

    Parameters
    ----------
    timeout_s
        A call that takes longer raises WorkerError; the child is killed and left to the kernel.
    """

    def __init__(self, timeout_s: float = 10) -> None:
        self._timeout_s = timeout_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def make(self, plan: FolderPlan) -> list[FolderState]:
        """Make a plan's folders, see ``folders.make_folders``."""
        return self._ask(Call(name="make", plan=plan)).states

    def unmake(self, plan: FolderPlan, made: list[FolderState]) -> list[str]:
        """Remove folders that were made for nothing, see ``folder_undo.remove_folders``."""
        return self._ask(Call(name="unmake", plan=plan, states=made)).left

    def look(self, plan: FolderPlan) -> list[FolderState]:
        """Look at a plan's folders, see ``folder_check.look_at_folders``."""
        return self._ask(Call(name="look", plan=plan)).states

    def check(self, plan: FolderPlan | None, folder: str, free_limit_gib: float) -> list[Finding]:
        """Check a plan's folders, if there is one, and writing into a folder."""
        return self._ask(Call(name="check", plan=plan, folder=folder, free_limit_gib=free_limit_gib)).findings

    def repair(self, plan: FolderPlan) -> list[Finding]:
        """Repair a plan's folders, see ``folder_repair.repair_folders``."""
        return self._ask(Call(name="repair", plan=plan)).findings

    def require_folder(self, folder: str) -> None:
        """Raise FolderError when a folder is not there."""
        self._ask(Call(name="is_folder", folder=folder))

    def close(self) -> None:
        """Kill the child, at once and whatever it does; calls under way and later end in WorkerError."""
        self._closed = True
        child = self._child
        if child is not None:
            child.kill()
        if self._lock.acquire(blocking=False):
            try:
                self._forget()
            finally:
                self._lock.release()

    def _ask(self, call: Call) -> Answer:
        deadline = time.monotonic() + self._timeout_s
        if not self._lock.acquire(timeout=self._timeout_s):
            raise WorkerError(
                f"the file system has not answered an earlier question for {self._timeout_s:g} s"
            )
        try:
            reply = Answer.model_validate_json(self._exchange(call, deadline))
        finally:
            if self._closed:
                self._forget()
            self._lock.release()
        if reply.error is not None:
            raise FolderError(reply.error)
        return reply

    def _exchange(self, call: Call, deadline: float) -> bytes:
        child = self._running_child()
        assert child.stdin is not None and child.stdout is not None  # noqa: S101 - pipes were asked for
        try:
            child.stdin.write(as_line(call))
            child.stdin.flush()
            return _read_line(child.stdout.fileno(), deadline)
        except (TimeoutError, OSError) as error:
            self._forget()
            raise WorkerError(
                f"the file system did not answer {call.name} {call.folder} in {self._timeout_s:g} s: "
                f"{error or 'no answer'}; is a storage hanging?"
            ) from None

    def _forget(self) -> None:
        """Leave the child to its end: one that hangs in the kernel is reaped when that lets it go."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        with suppress(subprocess.TimeoutExpired):
            child.wait(REAP_S)

    def _running_child(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise WorkerError("the file system is not asked any more: this program is ending")
        if self._child is None or self._child.poll() is not None:
            self._forget()
            self._child = subprocess.Popen(
                [sys.executable, "-m", "sdm.file_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                umask=0,
                start_new_session=True,
            )
        return self._child


def _read_line(descriptor: int, deadline: float) -> bytes:
    line = b""
    while not line.endswith(b"\n"):
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([descriptor], [], [], left)[0]:
            raise TimeoutError
        piece = os.read(descriptor, 65536)
        if not piece:
            raise ConnectionError("the worker process ended")
        line += piece
    return line


def main() -> None:
    """Answer calls until nobody asks any more."""
    for line in sys.stdin.buffer:
        sys.stdout.buffer.write(as_line(answer(Call.model_validate_json(line))))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
