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
from collections.abc import Sequence
from contextlib import suppress

from sdm.errors import FolderError, ReplacedError, WorkerError
from sdm.folders.file_calls import Answer, Call, Line, answer, as_line
from sdm.folders.findings import Finding
from sdm.folders.identity import Identities
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import Tell, quiet
from sdm.folders.repair import Repaired
from sdm.folders.sheets import VisitFound
from sdm.folders.visit_lock import LockReport
from sdm.folders.walk import FolderState

REAP_S = 0.2
"""A killed child that does nothing is gone by then."""


class FileWorker:
    """A child process that makes file-system calls one by one, started when first needed.

    Parameters
    ----------
    timeout_s
        A call that takes longer raises WorkerError; the child is killed and left to the kernel. Another
        limit counts from the next call on.
    """

    def __init__(self, timeout_s: float = 10) -> None:
        self.timeout_s = timeout_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._closed = False

    def make(self, plan: FolderPlan, known: Identities | None = None) -> list[FolderState]:
        """Make a plan's folders, see ``folders.make_folders``."""
        return self._ask(Call(name="make", plan=plan, known=known or {})).states

    def unmake(self, plan: FolderPlan, made: list[FolderState]) -> list[str]:
        """Remove folders that were made for nothing, see ``folder_undo.remove_folders``."""
        return self._ask(Call(name="unmake", plan=plan, states=made)).left

    def look(self, plan: FolderPlan) -> list[FolderState]:
        """Look at a plan's folders, see ``folder_check.look_at_folders``."""
        return self._ask(Call(name="look", plan=plan)).states

    def check(
        self, plan: FolderPlan | None, folder: str, free_limit_gib: float, accounts: Sequence[str] = ()
    ) -> list[Finding]:
        """Check a plan's folders, if there is one, writing into a folder, and what other accounts may."""
        call = Call(
            name="check", plan=plan, folder=folder, free_limit_gib=free_limit_gib, accounts=list(accounts)
        )
        return self._ask(call).findings

    def check_tree(self, plan: FolderPlan, tell: Tell = quiet) -> list[Finding]:
        """Look at everything in a plan's visit, see ``tree_check.check_tree``."""
        return self._ask(Call(name="check_tree", plan=plan), tell).findings

    def check_closed(self, plans: Sequence[FolderPlan], tell: Tell = quiet) -> list[Finding]:
        """Look for anything writable in closed visits, see ``tree_check.check_closed``."""
        return self._ask(Call(name="check_closed", plans=list(plans)), tell).findings

    def lock(self, plan: FolderPlan, tell: Tell = quiet) -> LockReport:
        """Lock a plan's visit, see ``visit_lock.lock_visit``."""
        return self._ask(Call(name="lock", plan=plan), tell).lock or LockReport()

    def unlock(self, plan: FolderPlan, tell: Tell = quiet) -> LockReport:
        """Unlock a plan's visit, see ``visit_lock.unlock_visit``."""
        return self._ask(Call(name="unlock", plan=plan), tell).lock or LockReport()

    def repair(self, plan: FolderPlan, known: Identities | None = None) -> Repaired:
        """Repair a plan's folders, see ``repair.repair_folders``."""
        reply = self._ask(Call(name="repair", plan=plan, known=known or {}))
        return Repaired(reply.findings, reply.states)

    def write_sheet(self, plan: FolderPlan, text: str) -> None:
        """Write the sheet of a plan's visit, see ``sheets.write_sheet``."""
        self._ask(Call(name="write_sheet", plan=plan, text=text))

    def find_visits(self, root: str, trees: Sequence[list[str]], with_sheets: bool) -> list[VisitFound]:
        """Find visits in trees below a data root, see ``sheets.find_visits``."""
        call = Call(name="find_visits", folder=root, trees=list(trees), with_sheets=with_sheets)
        return self._ask(call).visits

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

    def _ask(self, call: Call, tell: Tell = quiet) -> Answer:
        if not self._lock.acquire(timeout=self.timeout_s):
            raise WorkerError(
                f"the file system has not answered an earlier question for {self.timeout_s:g} s"
            )
        try:
            reply = self._exchange(call, tell)
        finally:
            if self._closed:
                self._forget()
            self._lock.release()
        if reply.error is not None:
            raise (ReplacedError if reply.replaced else FolderError)(reply.error)
        return reply

    def _exchange(self, call: Call, tell: Tell) -> Answer:
        child = self._running_child()
        assert child.stdin is not None and child.stdout is not None  # noqa: S101 - pipes were asked for
        try:
            child.stdin.write(as_line(call))
            child.stdin.flush()
            return self._listen(child.stdout.fileno(), tell)
        except (TimeoutError, OSError) as error:
            self._forget()
            raise WorkerError(
                f"the file system did not answer {call.name} {call.folder} in {self.timeout_s:g} s: "
                f"{error or 'no answer'}; is a storage hanging?"
            ) from None
        except BaseException:
            self._forget()  # what it answers later would be taken for the answer to the next call
            raise

    def _listen(self, descriptor: int, tell: Tell) -> Answer:
        """Return the answer; each sign of life on the way gives the child its whole time again."""
        reader = LineReader(descriptor)
        while True:
            line = Line.model_validate_json(reader.line(time.monotonic() + self.timeout_s))
            if line.answer is not None:
                return line.answer
            if line.progress is not None:
                tell(line.progress)

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
            self._child = _start_child()
        return self._child


def _start_child() -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "sdm.folders.file_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            umask=0,
            start_new_session=True,
        )
    except OSError as error:
        raise WorkerError(f"the process that asks the file system cannot be started: {error}") from None


class LineReader:
    """Reads lines from a pipe, with a limit for each."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""

    def line(self, deadline: float) -> bytes:
        """Return the next line; raises TimeoutError, or ConnectionError when the writer is gone."""
        while b"\n" not in self._rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._descriptor], [], [], left)[0]:
                raise TimeoutError
            piece = os.read(self._descriptor, 65536)
            if not piece:
                raise ConnectionError("the worker process ended")
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\n")
        return line


def main() -> None:
    """Answer calls until nobody asks any more."""
    for line in sys.stdin.buffer:
        _write(Line(answer=answer(Call.model_validate_json(line), lambda done: _write(Line(progress=done)))))


def _write(line: Line) -> None:
    sys.stdout.buffer.write(as_line(line))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
