"""Durable commits of the spool against bare SQLite on the same disk with the same bytes."""

import sqlite3
import statistics
import time
from collections.abc import Callable, Sequence

from pydantic import PrivateAttr

from benchmarks.disk import INSERT, bare_database
from benchmarks.measure import Group, Limit, Number, in_turns, ratios
from benchmarks.place import Place
from benchmarks.typical import typical_message
from scifish.messages import CaptureMessage
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder

COMMITS = 200
"""In one turn: enough that each turn has its share of SQLite's check points."""
PAUSE_S = 0.1
"""After each turn: what the spool does when nobody commits must not be in the way of the next."""
TIMES = Limit(1.2)


class _Ready(CaptureMessage):
    """A message whose bytes are made already, as those that bare SQLite is given."""

    _bytes: bytes = PrivateAttr(b"")

    def to_bytes(self) -> bytes:
        """Return what is there."""
        return self._bytes


def run(place: Place) -> Group:
    """Take the numbers."""
    folder = place.beamline.folder.data("spool")
    folder.chmod(0o2770)
    messages = [typical_message(number) for number in range(COMMITS)]
    bodies = [message.to_bytes() for message in messages]
    ready = [_ready(message, body) for message, body in zip(messages, bodies, strict=True)]
    spool, database = Spool.open(StateFolder(folder), "sardana"), bare_database(folder / "bare.db")
    actions = {
        "bare": lambda: _insert(database, bodies),
        "ready": lambda: _per_call(spool.commit, ready),
        "whole": lambda: _per_call(spool.commit, messages),
    }
    in_turns(actions, 2)
    taken = in_turns(actions)
    spool.close()
    database.close()
    title = f"Spool: messages of {len(bodies[0]) / 1000:.0f} kB, {COMMITS} commits a turn, each on the disk"
    return Group(
        title,
        [
            _number("bare SQLite: insert of the bytes", taken["bare"]),
            _number("spool: commit of the same bytes", taken["ready"]),
            Number(
                "commit / bare insert, same bytes", "ratio", ratios(taken["ready"], taken["bare"]), [TIMES]
            ),
            _number("spool: commit, serialising included", taken["whole"]),
        ],
    )


def _number(name: str, lasted_s: list[float]) -> Number:
    note = f"{1 / statistics.median(lasted_s):.0f}/s"
    return Number(name, "µs", [1e6 * each for each in lasted_s], note=note)


def _ready(message: CaptureMessage, body: bytes) -> _Ready:
    ready = _Ready.model_construct(**message.__dict__)
    ready._bytes = body
    return ready


def _insert(database: sqlite3.Connection, bodies: list[bytes]) -> float:
    def insert(body: bytes) -> None:
        database.execute(INSERT, (body,))

    return _per_call(insert, bodies)


def _per_call(call: Callable[..., object], items: Sequence[object]) -> float:
    """Return seconds per call."""
    begin = time.perf_counter()
    for item in items:
        call(item)
    lasted = time.perf_counter() - begin
    time.sleep(PAUSE_S)
    return lasted / len(items)
