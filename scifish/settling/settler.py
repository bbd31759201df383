"""Telling the end of files that their own producer does not tell any more.

A producer follows the files of its captures by itself. SciFish does it for captures that it has
closed, for those of its clients, and for what a dead process had ended without telling the sizes:
until then no catalogue calls a dataset complete.
"""

import logging
import os.path
import sqlite3
from collections.abc import Callable, Sequence

from scifish.file_parts import PART_NAME as FILES
from scifish.ledger.committed import Committed
from scifish.ledger.ledger import Ledger
from scifish.ledger.spool_watch import SpoolWatch
from scifish.message_parts import AmendmentPart, DataFile
from scifish.messages import RANK_CLOSED, CaptureMessage, Identity
from scifish.scan_file import ScanFile
from scifish.settling.completion import PART_NAME, Completion

log = logging.getLogger(__name__)

ENDS = f"""SELECT pid, row, author, revision FROM message AS body
    WHERE spool = ? AND row > ? AND phase = 'ended' AND state != 'unreadable'
    AND coalesce(json_extract(summary, '$.open_files'), 1) > 0
    AND NOT EXISTS (SELECT 1 FROM message WHERE pid = body.pid AND phase = 'ended'
        AND (rank, revision) > (body.rank, body.revision))
    AND NOT EXISTS (SELECT 1 FROM message WHERE pid = body.pid AND part LIKE '{PART_NAME}:%'
        AND part LIKE '%:' || substr(part, instr(part, '/') + 1) || '/%')
    ORDER BY row"""  # noqa: S608 - constants; the last piece i/n with i = n tells that all are there


class Settler:
    """Finds such captures and has their files followed; used by the forwarder's thread.

    Parameters
    ----------
    ledger, watch
        What is known of all spools.
    commit
        Keeps a message in SciFish's own spool; raises SpoolError.
    own
        Uuid of that spool.
    author
        ``scifish@<host>``.
    completion
        Follows the files in the background.
    """

    def __init__(
        self,
        ledger: Ledger,
        watch: SpoolWatch,
        commit: Callable[[CaptureMessage], None],
        own: str,
        author: str,
        completion: Completion,
    ) -> None:
        self._ledger, self._watch, self._commit = ledger, watch, commit
        self._own, self._author, self._completion = own, author, completion
        self._committed = Committed(ledger, watch)
        self._looked: dict[str, int] = {}
        self._followed: set[str] = set()
        self._troubles: dict[str, str] = {}

    def settle(self) -> None:
        """Follow the files of what has ended since the last call, as far as rows are noted."""
        for spool in (self._own, *self._watch.dead()):
            noted, last = self._ledger.noted(spool), self._looked.get(spool, 0)
            ends = self._ledger.database.execute(ENDS, (spool, last)).fetchall()
            new = [found for found in ends if found["pid"] not in self._followed]
            try:
                for found in new:
                    self._follow(spool, found)
            except sqlite3.Error as error:
                self._say(spool, str(error))
            else:
                self._looked[spool] = noted
                self._troubles.pop(spool, None)

    def _follow(self, spool: str, found: sqlite3.Row) -> None:
        ended = self._committed.message(spool, found["row"])
        if ended is None:
            return
        parts = [self._committed.message(spool, row) for row in self._rows_of_parts(spool, found)]
        told = [ended, *(part for part in parts if part is not None)]
        self._followed.add(ended.pid)
        files = [file for message in told for file in message.files if file.complete is None]
        revision = self._committed.next_revision(ended.pid, self._author)
        capture = _Settled(ended, self._author, revision, self._commit)
        gone = self._is_writer_gone(ended)
        self._completion.follow(capture, ended.source_folder, whole_paths(ended, files), writer_gone=gone)

    def _say(self, spool: str, trouble: str) -> None:
        if self._troubles.get(spool) != trouble:
            log.warning("spool %s cannot be read now: %s", spool, trouble)
        self._troubles[spool] = trouble

    def _is_writer_gone(self, ended: CaptureMessage) -> bool:
        """Tell whether what wrote the entries is over; of a client's program nothing is known."""
        return ended.author != self._author or ended.rank == RANK_CLOSED

    def _rows_of_parts(self, spool: str, found: sqlite3.Row) -> list[int]:
        query = f"""SELECT row FROM message WHERE spool = ? AND pid = ? AND author = ? AND revision > ?
            AND state != 'unreadable' AND part LIKE '{FILES}:%' ORDER BY revision"""  # noqa: S608 - a constant
        values = (spool, found["pid"], found["author"], found["revision"])
        return [row for (row,) in self._ledger.database.execute(query, values)]


class _Settled:
    """A capture of somebody else, as far as its files are amended."""

    def __init__(
        self, ended: CaptureMessage, author: str, revision: int, commit: Callable[[CaptureMessage], None]
    ) -> None:
        self._ended, self._author, self._revision, self._commit = ended, author, revision, commit

    def amended(self, name: str, index: int = 1, of: int = 1, **fields: object) -> None:
        """Commit what has become known of the files; raises SpoolError."""
        kept = {field: getattr(self._ended, field) for field in Identity.model_fields}
        told = {"phase": "amended", "author": self._author, "rank": RANK_CLOSED, "revision": self._revision}
        part = AmendmentPart(name=name, index=index, of=of)
        self._commit(CaptureMessage(**{**kept, **told, **fields, "part": part, "parts_expected": 0}))
        self._revision += 1


def whole_paths(ended: CaptureMessage, files: Sequence[DataFile]) -> list[ScanFile]:
    """Return the files of a message by their absolute paths."""
    folder = ended.source_folder or "/"
    paths = [os.path.join("/", folder, file.path) for file in files]  # noqa: PTH118 - as the message has them
    return [ScanFile(path, file.entry, file.role) for path, file in zip(paths, files, strict=True)]
