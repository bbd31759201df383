"""The captures of a host and how far each has come, by reading its databases only.

So it works while SciFish is dead: then the spools tell what the forwarder has not seen.
"""

import json
import math
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from scifish.errors import SettingsError
from scifish.ledger.capture_state import Answer, Standing, State, Telling, standing
from scifish.ledger.ledger import answers_of
from scifish.messages import CaptureMessage, decode
from scifish.spool.layout import connect_reader
from scifish.spool.rows import RowHead, SpoolRows, UnreadableRowError
from scifish.state_folder import StateFolder
from scifish.status.wanted import Wanted

CAME_LAST = 5
"""One in so many of a list is for those that came last, whenever they began."""
ALL_NEAR = 1000
"""More scans than this of one number do not begin within two minutes."""


class SinkState(BaseModel):
    """What one sink last said of a capture; ``at`` is RFC 3339 by the consumer's clock."""

    state: str
    reason: str | None = None
    at: str | None = None


class CaptureState(BaseModel):
    """One capture.

    ``committed_s`` is its last commit, s since the epoch by its host's clock: what is published
    must not change with time alone. ``topic missing`` is said by a SciFish that could send it if
    the topic were there.
    """

    pid: str
    type: str = "raw"
    scan_id: str | None = None
    title: str = ""
    host: str = ""
    program: str = ""
    door: str | None = None
    proposal: str | None = None
    phase: str
    status: str = "running"
    state: State | Literal["topic missing"]
    reason: str | None = None
    sinks: dict[str, SinkState] = {}
    start_ns: int = 0
    end_time: str | None = None
    committed_s: float = 0.0

    @property
    def age_s(self) -> float:
        """Time since its last commit, by this host's clock."""
        return max(0.0, round(time.time() - self.committed_s, 3))


@dataclass
class _Gathered:
    """What the databases say of one capture."""

    place: float = math.inf
    """Rises with each capture that the forwarder notes; infinite before that."""
    rows: dict[tuple[str, int], tuple[RowHead, bool]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    @property
    def came(self) -> tuple[float, float]:
        """What orders captures by their coming; the host's clock only counts among those not yet noted."""
        return self.place, max(head.committed_s for head, _ in self.rows.values())


def list_captures(folder: StateFolder, limit: int = 50, door: str | None = None) -> list[CaptureState]:
    """Return the newest captures, of one Door when it is given, the last begun first.

    Those begun last by their hosts' clocks, and a fifth of the number for those that came last: the
    scan of a host whose clock was a week back is among them.

    Raises
    ------
    SettingsError
        The databases cannot be read by this account.
    """
    return _look_up(folder, Wanted(limit, door=door))


def get_capture(folder: StateFolder, pid: str) -> CaptureState | None:
    """Return one capture; None when no spool of this host holds it; raises SettingsError."""
    return next(iter(_look_up(folder, Wanted(1, pid=pid))), None)


def find_scan(
    folder: StateFolder, scan_id: str, start_ns: int, door: str | None = None
) -> CaptureState | None:
    """Return the capture of a scan, however many are newer; None when no spool of this host holds it.

    Parameters
    ----------
    folder
        State folder of the capture host.
    scan_id
        Sardana's number, which is not unique.
    start_ns
        Its begin by Sardana, ns since the epoch, UTC; the capture that began nearest is it.
    door
        Tango name; None: any.

    Raises
    ------
    SettingsError
        The databases cannot be read by this account.
    """
    found = _look_up(folder, Wanted(ALL_NEAR, door=door, scan_id=scan_id, near_ns=start_ns))
    nearest = min(found, key=lambda state: abs(state.start_ns - start_ns), default=None)
    return nearest and get_capture(folder, nearest.pid)  # its amendments do not tell the number


def find_started(folder: StateFolder, pid: str) -> tuple[CaptureMessage, int] | None:
    """Return the newest ``started`` of a capture and its greatest revision by any author; None without one.

    Raises
    ------
    SettingsError
        The databases cannot be read by this account.
    """
    found = _gather(folder, Wanted(1, pid=pid)).get(pid)
    rows = sorted(found.rows.items(), key=lambda item: -item[1][0].revision) if found else []
    for (spool, row), (head, _) in rows:
        if head.phase == "started" and (body := _body(folder.spools / f"{spool}.db", row)):
            return decode(body), rows[0][1][0].revision
    return None


def _body(path: Path, row: int) -> bytes | None:
    try:
        with closing(SpoolRows(path)) as rows:
            return rows.body(row)
    except (sqlite3.Error, UnreadableRowError):
        return None


def _look_up(folder: StateFolder, wanted: Wanted) -> list[CaptureState]:
    gathered = sorted(_gather(folder, wanted).items(), key=lambda item: item[1].came, reverse=True)
    states = [_tell(pid, found) for pid, found in gathered]
    sure = min(wanted.limit, max(1, wanted.limit // CAME_LAST))
    others = sorted(states[sure:], key=_begin, reverse=True)[: wanted.limit - sure]
    return sorted(states[:sure] + others, key=_begin, reverse=True)


def _begin(state: CaptureState) -> int:
    return state.start_ns


def _gather(folder: StateFolder, wanted: Wanted) -> dict[str, _Gathered]:
    gathered: dict[str, _Gathered] = {}
    noted: dict[str, int] = {}
    try:
        if folder.forwarder_db.exists():
            with closing(connect_reader(folder.forwarder_db)) as database:
                database.execute("BEGIN")  # one moment of it: a row noted meanwhile would be in neither
                _gather_ledger(database, wanted, gathered)
                noted = dict(database.execute("SELECT uuid, noted FROM spool").fetchall())
        for path in folder.spools.glob("*.db"):
            _gather_spool(path, noted.get(path.stem, 0), wanted, gathered)
    except sqlite3.Error as error:
        raise SettingsError(f"state folder {folder.path} cannot be read: {error}") from None
    return gathered


def _gather_ledger(database: sqlite3.Connection, wanted: Wanted, gathered: dict[str, _Gathered]) -> None:
    places = dict(database.execute(*wanted.query("rowid")).fetchall())
    places.update(database.execute(*wanted.query("start_ns")).fetchall())
    query = """SELECT spool, state = 'sent', row, pid, phase, author, part, rank, revision, committed_s,
        summary FROM message WHERE pid = ? AND state != 'unreadable'"""
    for pid, place in places.items():
        found = database.execute(query, (pid,)).fetchall()
        if found:
            rows = {(row[0], row[2]): (RowHead(*row[2:]), bool(row[1])) for row in found}
            gathered[pid] = _Gathered(place, rows, answers_of(database, pid))


def _gather_spool(path: Path, noted: int, wanted: Wanted, gathered: dict[str, _Gathered]) -> None:
    """Add the rows that the forwarder has not noted, as far as they concern the newest captures."""
    try:
        with closing(SpoolRows(path)) as rows:
            heads = rows.newest_heads(noted, wanted.fits, wanted.limit)
    except sqlite3.OperationalError:
        if path.exists():
            raise
        return  # an empty spool, removed by the forwarder while we looked
    except sqlite3.DatabaseError:
        return  # damaged on the disk: the forwarder reads round it and names what is lost
    for head in heads:
        gathered.setdefault(head.pid, _Gathered()).rows.setdefault((path.stem, head.row), (head, False))


def _tell(pid: str, found: _Gathered) -> CaptureState:
    heads = [head for head, _ in found.rows.values()]
    tellings = [_telling(head, sent) for head, sent in found.rows.values()]
    now = standing(tellings, found.answers)
    bodies = [head for head in heads if head.phase != "amended"] or heads
    newest = max(bodies, key=lambda head: (head.rank, head.revision))
    summary: dict[str, Any] = json.loads(newest.summary)
    known = {name: summary[name] for name in CaptureState.model_fields if summary.get(name) is not None}
    return CaptureState(
        **known,
        pid=pid,
        phase=newest.phase,
        state=now.state,
        reason=now.reason,
        sinks=_sinks(now),
        committed_s=max(head.committed_s for head in heads),
    )


def _telling(head: RowHead, sent: bool) -> Telling:
    return Telling(head.phase, head.author, head.part, head.rank, head.revision, sent)


def _sinks(now: Standing) -> dict[str, SinkState]:
    newest: dict[str, Answer] = {}
    for answer in _in_order(now.answers):
        newest[answer.sink] = answer
    return {
        sink: SinkState(state=answer.outcome, reason=answer.reason, at=answer.at)
        for sink, answer in newest.items()
    }


def _in_order(answers: Iterable[Answer]) -> list[Answer]:
    return sorted(answers, key=lambda answer: answer.place)
