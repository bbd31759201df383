"""Closing the captures that nobody ended, through SciFish's own spool."""

import logging
import sqlite3
from collections.abc import Callable
from datetime import datetime, timezone

from scifish import faultpoints
from scifish.closing.rules import OpenCapture, Verdict, closing_message, owner_is_gone
from scifish.errors import SpoolError
from scifish.ledger.committed import Committed
from scifish.ledger.ledger import Ledger
from scifish.ledger.spool_watch import SpoolWatch
from scifish.messages import CaptureMessage

log = logging.getLogger(__name__)


class Closer:
    """Writes the end of captures; used by the forwarder's thread, when all rows are noted.

    Parameters
    ----------
    ledger, watch
        What is known of all spools.
    commit
        Keeps a message in SciFish's own spool; raises SpoolError.
    author
        ``scifish@<host>``.
    """

    def __init__(
        self, ledger: Ledger, watch: SpoolWatch, commit: Callable[[CaptureMessage], None], author: str
    ) -> None:
        self._ledger, self._watch, self._commit, self._author = ledger, watch, commit, author
        self._committed = Committed(ledger, watch)

    def close_orphans(self) -> int:
        """Close what was begun by processes that are gone; return how many."""
        closed = 0
        for spool in self._watch.dead():
            query = "SELECT pid FROM capture WHERE begun_in = ? AND open = 1"
            for found in self._ledger.database.execute(query, (spool,)).fetchall():
                closed += self._close_orphan(found["pid"], spool)
        return closed

    def close(self, pid: str, verdict: Verdict, at: datetime) -> bool:
        """Close one capture that is still open; tell whether it was."""
        started = self._newest_started(pid)
        if started is None:
            return False
        revision = self._committed.next_revision(pid, self._author)
        message = closing_message(started, verdict, self._author, revision, at)
        faultpoints.reached("closing.before-commit")
        try:
            self._commit(message)
        except SpoolError as error:
            log.error("the end of %s cannot be kept yet: %s", pid, error)
            return False
        faultpoints.reached("closing.committed")
        log.warning("closed %s as %s: %s", pid, verdict.status, verdict.error)
        return True

    def _close_orphan(self, pid: str, spool: str) -> bool:
        seen = datetime.fromtimestamp(self._watch.last_sign_of_life(spool), timezone.utc)
        query = "SELECT author FROM message WHERE pid = ? AND phase = 'started' LIMIT 1"
        (author,) = self._ledger.database.execute(query, (pid,)).fetchone()
        return self.close(pid, owner_is_gone(author, seen), seen)

    def _newest_started(self, pid: str) -> CaptureMessage | None:
        """Return the newest ``started`` that can be read of an open capture."""
        query = """SELECT spool, row FROM message
            WHERE pid = ? AND phase = 'started' AND state != 'unreadable'
            AND pid IN (SELECT pid FROM capture WHERE open = 1) ORDER BY revision DESC"""
        rows = self._ledger.database.execute(query, (pid,)).fetchall()
        readable = (self._committed.message(found["spool"], found["row"]) for found in rows)
        try:
            return next((message for message in readable if message is not None), None)
        except sqlite3.Error as error:
            log.error("%s cannot be closed yet, a spool cannot be read now: %s", pid, error)
            return None


def known_doors(database: sqlite3.Connection) -> list[str]:
    """Return the Doors of all captures that a ledger's database has, in lower case."""
    query = "SELECT DISTINCT lower(door) FROM capture WHERE door IS NOT NULL"
    return [door for (door,) in database.execute(query).fetchall()]


def open_scans(database: sqlite3.Connection) -> list[OpenCapture]:
    """Return Sardana's scans that have begun and not ended, as a ledger's database has them.

    A client's capture may name a Door too, but what the Door does says nothing of it.
    """
    query = """SELECT capture.pid, capture.door, json_extract(message.summary, '$.macro_id')
        FROM capture JOIN message ON message.pid = capture.pid AND message.phase = 'started'
        WHERE capture.open = 1 AND message.author LIKE 'sardana@%' GROUP BY capture.pid"""
    return [OpenCapture(*found) for found in database.execute(query).fetchall()]
