"""Reading again what was committed: the messages of captures that somebody else began."""

import logging

from scifish.errors import MessageError
from scifish.ledger.ledger import Ledger
from scifish.ledger.spool_watch import SpoolWatch
from scifish.messages import CaptureMessage, decode
from scifish.spool.rows import UnreadableRowError

log = logging.getLogger(__name__)


class Committed:
    """The messages of all spools of a host; used by the forwarder's thread.

    Parameters
    ----------
    ledger, watch
        What is known of all spools.
    """

    def __init__(self, ledger: Ledger, watch: SpoolWatch) -> None:
        self._ledger, self._watch = ledger, watch
        self._said: set[tuple[str, int]] = set()

    def message(self, spool: str, row: int) -> CaptureMessage | None:
        """Return a row's message; none when it is gone, or nobody will ever read it, which is said once.

        Raises
        ------
        sqlite3.Error
            The spool cannot be read now.
        """
        try:
            body = self._watch.body(spool, row)
            return decode(body) if body is not None else None
        except UnreadableRowError as error:
            with self._ledger.transaction():
                self._ledger.note_unreadable(spool, row, str(error))
            self._say_once(spool, row, error)
        except MessageError as error:
            self._say_once(spool, row, error)
        return None

    def next_revision(self, pid: str, author: str) -> int:
        """Return a revision greater than any that is noted of an author for a capture."""
        query = "SELECT max(revision) FROM message WHERE pid = ? AND author = ?"
        (newest,) = self._ledger.database.execute(query, (pid, author)).fetchone()
        return (newest or 0) + 1

    def _say_once(self, spool: str, row: int, error: Exception) -> None:
        if (spool, row) not in self._said:
            self._said.add((spool, row))
            log.error("row %d of spool %s cannot be read: %s", row, spool, error)
