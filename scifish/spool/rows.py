"""Reading a spool that another process writes, also one of another layout or with damage."""

import sqlite3
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scifish.spool.layout import connect_reader

HEAD = "id, pid, phase, author, part, rank, revision, committed_s, summary"
"""Columns of layout 1, which every later layout has too."""


class UnreadableRowError(Exception):
    """One row is damaged on the disk; the others may be well."""


@dataclass(frozen=True)
class RowHead:
    """A row without its body."""

    row: int
    pid: str
    phase: str
    author: str
    part: str
    rank: int
    revision: int
    committed_s: float
    summary: str


@dataclass(frozen=True)
class Batch:
    """Some rows in their order, those that cannot be read, and the last number looked at."""

    heads: list[RowHead]
    unreadable: dict[int, str]
    last: int


class SpoolRows:
    """A reader of one spool; never blocks its writer.

    Raises
    ------
    sqlite3.Error
        The file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = connect_reader(path)
        self._version: int | None = None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def changed(self) -> bool:
        """Tell whether the writer has committed since the last call; true the first time."""
        (version,) = self._database.execute("PRAGMA data_version").fetchone()
        before, self._version = self._version, version
        return bool(version != before)

    def heads_after(self, row: int, limit: int) -> Batch:
        """Return the next rows; damaged ones are named instead.

        Raises
        ------
        sqlite3.OperationalError
            The database cannot be read now; nothing is said about its rows.
        """
        query = f"SELECT {HEAD} FROM message WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608 - a constant
        try:
            heads = [_head(found) for found in self._database.execute(query, (row, limit)).fetchall()]
        except sqlite3.OperationalError:
            raise
        except (sqlite3.DatabaseError, TypeError, ValueError):
            return self._one_by_one(row, limit)
        return Batch(heads, {}, heads[-1].row if heads else row)

    def newest_heads(self, after: int, fits: Callable[[RowHead], bool], captures: int) -> list[RowHead]:
        """Return the rows after a number of the newest captures that fit, newest first."""
        query = f"SELECT {HEAD} FROM message WHERE id > ? ORDER BY id DESC"  # noqa: S608 - a constant
        heads: list[RowHead] = []
        seen: set[str] = set()
        for head in map(_head, self._database.execute(query, (after,))):
            if not fits(head):
                continue
            seen.add(head.pid)
            if len(seen) > captures:
                break
            heads.append(head)
        return heads

    def body(self, row: int) -> bytes | None:
        """Return a row's message; None when the row is not there any more.

        Raises
        ------
        UnreadableRowError
            Its bytes are not those that were committed.
        """
        query = "SELECT checksum, body FROM message WHERE id = ?"
        try:
            found = self._database.execute(query, (row,)).fetchone()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise UnreadableRowError(str(error)) from None
        if found is None:
            return None
        if zlib.crc32(found[1]) != found[0]:
            raise UnreadableRowError("the bytes differ from their checksum")
        return bytes(found[1])

    def has(self, row: int) -> bool:
        """Tell whether a row is there."""
        return self._database.execute("SELECT 1 FROM message WHERE id = ?", (row,)).fetchone() is not None

    def count(self) -> int:
        """Return the number of rows."""
        return int(self._database.execute("SELECT count(*) FROM message").fetchone()[0])

    def _one_by_one(self, row: int, limit: int) -> Batch:
        heads: list[RowHead] = []
        unreadable: dict[int, str] = {}
        last = self._last_number()
        query = f"SELECT {HEAD} FROM message WHERE id = ?"  # noqa: S608 - a constant
        for number in range(row + 1, min(last or row + limit, row + limit) + 1):
            try:
                found = self._database.execute(query, (number,)).fetchone()
                heads += [_head(found)] if found else []
            except (sqlite3.DatabaseError, TypeError, ValueError) as error:
                unreadable[number] = str(error)
        if last is None:  # how far the rows go is damaged too: go on after the last one found
            last = heads[-1].row if heads else row
        return Batch(heads, unreadable, min(last, row + limit))

    def _last_number(self) -> int | None:
        """Return the greatest number that is there; None when even that is damaged."""
        try:
            (found,) = self._database.execute("SELECT max(id) FROM message").fetchone()
        except sqlite3.DatabaseError:
            return None
        return int(found or 0)


def _head(found: tuple[int, str, str, str, str, int, int, float, str]) -> RowHead:
    row, pid, phase, author, part, rank, revision, committed_s, summary = found
    return RowHead(int(row), pid, phase, author, part, int(rank), int(revision), float(committed_s), summary)
