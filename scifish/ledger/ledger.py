"""The ledger: what became of every row of every spool."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scifish.ledger.broker_clock import resend_after_ms
from scifish.ledger.capture_state import Answer, Standing, Telling, is_final, standing
from scifish.ledger.tables import open_ledger
from scifish.spool.layout import HOLD_MS
from scifish.spool.rows import RowHead

STARTED_HOLD_MS = 1000
"""A first ``started`` waits this long for its second revision, which carries the values."""


@dataclass(frozen=True)
class Waiting:
    """A row that may be sent now."""

    seq: int
    spool: str
    row: int
    pid: str


class Ledger:
    """Owner of ``forwarder.db``; used by the forwarder's thread only.

    Every change belongs into ``with ledger.transaction()``, which also brings the state of the
    captures touched up to date.
    """

    def __init__(self, path: Path) -> None:
        self.database = open_ledger(path)
        self._touched: dict[str, None] = {}
        """Pids whose standing is to be told anew, in the order of their coming."""

    def close(self) -> None:
        """Close the database."""
        self.database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make all changes inside together, or none."""
        self.database.execute("BEGIN IMMEDIATE")
        try:
            yield
            for pid in self._touched:
                self._refresh(pid)
        except BaseException:
            self.database.execute("ROLLBACK")
            raise
        finally:
            self._touched.clear()
        self.database.execute("COMMIT")

    def touch(self, pid: str) -> None:
        """Have a capture's state worked out again when the transaction ends."""
        self._touched[pid] = None

    def fact(self, key: str, default: int = 0) -> int:
        """Return a number kept under a name."""
        found = self.database.execute("SELECT value FROM fact WHERE key = ?", (key,)).fetchone()
        return int(found["value"]) if found else default

    def keep_fact(self, key: str, value: int) -> None:
        """Keep a number under a name."""
        self.database.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (key, value))

    def noted(self, spool: str) -> int:
        """Return the number of the last row of a spool that is noted here."""
        found = self.database.execute("SELECT noted FROM spool WHERE uuid = ?", (spool,)).fetchone()
        return int(found["noted"]) if found else 0

    def note(self, spool: str, heads: Iterable[RowHead], last: int, now_ms: int) -> None:
        """Take in new rows of a spool; older revisions that are not sent yet are skipped.

        Parameters
        ----------
        spool
            Uuid.
        heads
            Rows in their order.
        last
            Number of the last row looked at, readable or not.
        now_ms
            This process's monotonic clock.
        """
        for head in heads:
            self._note_row(spool, head, now_ms)
        self.database.execute("INSERT OR REPLACE INTO spool (uuid, noted) VALUES (?, ?)", (spool, last))

    def note_unreadable(self, spool: str, row: int, reason: str) -> None:
        """Name a row that the disk has damaged; it is kept for people to look at."""
        self.database.execute("INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?)", (spool, row, reason))
        change = "UPDATE message SET state = 'unreadable', resend_ms = NULL WHERE spool = ? AND row = ?"
        self.database.execute(change, (spool, row))
        query = "SELECT pid FROM message WHERE spool = ? AND row = ?"
        self._touch_all(self.database.execute(query, (spool, row)))

    def waiting(self, now_ms: int, limit: int) -> list[Waiting]:
        """Return the oldest rows that may be sent now (monotonic clock)."""
        query = """SELECT seq, spool, row, pid FROM message
            WHERE state = 'pending' AND not_before_ms <= ? ORDER BY seq LIMIT ?"""
        return [Waiting(*found) for found in self.database.execute(query, (now_ms, limit))]

    def sending(self, seqs: Sequence[int]) -> None:
        """Note rows as handed to the Kafka client."""
        change = "UPDATE message SET state = 'sending' WHERE seq = ?"
        self.database.executemany(change, [(seq,) for seq in seqs])

    def put_back(self, seqs: Iterable[int], not_before_ms: int = 0) -> None:
        """Have rows sent again whose fate is not known, not before an instant (monotonic clock)."""
        change = "UPDATE message SET state = 'pending', not_before_ms = ? WHERE seq = ? AND state = 'sending'"
        self.database.executemany(change, [(not_before_ms, seq) for seq in seqs])

    def acknowledged(self, seq: int, broker_ms: int, first_s: float, longest_s: float) -> None:
        """Note a row as held by all in-sync replicas since ``broker_ms``."""
        query = "SELECT pid, attempts FROM message WHERE seq = ?"
        found = self.database.execute(query, (seq,)).fetchone()
        if not found:
            return
        attempts = found["attempts"] + 1
        resend_ms = broker_ms + resend_after_ms(attempts, first_s, longest_s)
        change = """UPDATE message SET state = 'sent', attempts = ?, acknowledged_ms = ?, resend_ms = ?
            WHERE seq = ?"""
        self.database.execute(change, (attempts, broker_ms, resend_ms, seq))
        self.keep_fact("acknowledged", self.fact("acknowledged") + 1)
        self.touch(found["pid"])

    def send_overdue_again(self, broker_ms: int) -> int:
        """Make rows pending that have no final receipt for too long; return how many."""
        return self._send_again("resend_ms <= ? AND state = 'sent'", (broker_ms,))

    def send_span_again(self, from_ms: int, to_ms: int) -> int:
        """Make rows pending that the log has lost: those acknowledged in a span of broker time."""
        return self._send_again("acknowledged_ms BETWEEN ? AND ? AND state = 'sent'", (from_ms, to_ms))

    def send_capture_again(self, pid: str) -> int:
        """Make everything of one capture pending that is not superseded; return how many rows."""
        return self._send_again("pid = ? AND state = 'sent'", (pid,))

    def tellings(self, pid: str) -> list[Telling]:
        """Return what was committed of a capture and can be read."""
        query = """SELECT phase, author, part, rank, revision, state = 'sent' AS sent FROM message
            WHERE pid = ? AND state != 'unreadable'"""
        return [Telling(*found) for found in self.database.execute(query, (pid,))]

    def answers(self, pid: str) -> list[Answer]:
        """Return the newest receipt of each sink about each phase and part of a capture."""
        return answers_of(self.database, pid)

    def _note_row(self, spool: str, head: RowHead, now_ms: int) -> None:
        key = (head.pid, head.phase, head.author, head.part)
        skip = """UPDATE message SET state = 'skipped' WHERE pid = ? AND phase = ? AND author = ? AND part = ?
            AND revision < ? AND state = 'pending'"""
        self.database.execute(skip, (*key, head.revision))
        insert = """INSERT OR IGNORE INTO message (spool, row, pid, phase, author, part, rank, revision,
            committed_s, summary, not_before_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
        facts = (head.rank, head.revision, head.committed_s, head.summary)
        self.database.execute(insert, (spool, head.row, *key, *facts, now_ms + _hold_ms(head)))
        self.touch(head.pid)

    def _touch_all(self, found: Iterable[sqlite3.Row]) -> None:
        self._touched.update(dict.fromkeys(row["pid"] for row in found))

    def _send_again(self, condition: str, values: tuple[object, ...]) -> int:
        query = f"SELECT DISTINCT pid FROM message WHERE {condition}"  # noqa: S608 - one of ours above
        self._touch_all(self.database.execute(query, values))
        change = f"""UPDATE message SET state = 'pending', resend_ms = NULL, not_before_ms = 0
            WHERE {condition}"""  # noqa: S608 - one of ours above
        return self.database.execute(change, values).rowcount

    def _refresh(self, pid: str) -> None:
        tellings = self.tellings(pid)
        if not tellings:
            self.database.execute("DELETE FROM capture WHERE pid = ?", (pid,))
            return
        answers = self.answers(pid)
        now = standing(tellings, answers)
        self._forget_superseded(pid, tellings, now)
        self._forget_answered(pid, tellings, answers)
        self._write_capture(pid, now)

    def _forget_superseded(self, pid: str, tellings: Sequence[Telling], now: Standing) -> None:
        """Wait for no answer to a body that a newer one has replaced, nor to anything when all is final."""
        ages = [telling.age for telling in tellings if telling.phase != "amended"]
        if now.final:
            self.database.execute("UPDATE message SET resend_ms = NULL WHERE pid = ?", (pid,))
            # In a ledger made anew: the catalogue has seen what we forgot having sent.
            change = "UPDATE message SET state = 'sent' WHERE pid = ? AND state = 'pending' AND attempts = 0"
            self.database.execute(change, (pid,))
        elif len(ages) > 1:
            change = """UPDATE message SET resend_ms = NULL
                WHERE pid = ? AND phase != 'amended' AND (rank, revision) < (?, ?)"""
            self.database.execute(change, (pid, *max(ages)))

    def _forget_answered(self, pid: str, tellings: Sequence[Telling], answers: Sequence[Answer]) -> None:
        """Wait no more for an answer to what every sink has answered for good, also of an open capture."""
        done = [one for one in tellings if is_final([answer for answer in answers if answer.about(one)])]
        change = """UPDATE message SET resend_ms = NULL
            WHERE pid = ? AND phase = ? AND author = ? AND part = ? AND rank = ? AND revision = ?"""
        keys = [(pid, one.phase, one.author, one.part, one.rank, one.revision) for one in done]
        self.database.executemany(change, keys)

    def _write_capture(self, pid: str, now: Standing) -> None:
        query = """SELECT spool, phase, summary, committed_s FROM message
            WHERE pid = ? AND state != 'unreadable' ORDER BY phase = 'amended', rank, revision"""
        rows = self.database.execute(query, (pid,)).fetchall()
        begun = next((row["spool"] for row in rows if row["phase"] == "started"), None)
        first = json.loads(rows[0]["summary"])
        write = """INSERT INTO capture (pid, begun_in, open, door, state, reason, start_ns, committed_s)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (pid) DO UPDATE SET begun_in = excluded.begun_in, open = excluded.open,
            state = excluded.state, reason = excluded.reason, committed_s = excluded.committed_s"""
        facts = (first.get("door"), now.state, now.reason, first.get("start_ns", 0))
        newest = max(row["committed_s"] for row in rows)
        self.database.execute(write, (pid, begun, now.open and begun is not None, *facts, newest))


def _hold_ms(head: RowHead) -> int:
    """Return how long a row waits for a newer revision, which carries the values."""
    if head.phase == "started" and head.revision == 1:
        return STARTED_HOLD_MS
    return int(json.loads(head.summary).get(HOLD_MS, 0)) if head.phase == "ended" else 0


def answers_of(database: sqlite3.Connection, pid: str) -> list[Answer]:
    """Read the receipts about a capture from a ledger's database."""
    query = """SELECT phase, author, part, rank, revision, sink, outcome, reason, sinks, at, place
        FROM receipt WHERE pid = ?"""
    found = database.execute(query, (pid,)).fetchall()
    return [_answer(row) for row in found]


def _answer(row: sqlite3.Row) -> Answer:
    return Answer(
        phase=row[0],
        author=row[1],
        part=row[2],
        rank=row[3],
        revision=row[4],
        sink=row[5],
        outcome=row[6],
        reason=row[7],
        sinks=tuple(json.loads(row[8])),
        at=row[9],
        place=row[10],
    )
