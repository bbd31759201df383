"""The codes that stand for the samples of proprietary proposals: each is one sample's only.

A store knows what it has given. Another PathFixer of the beamline, or one whose store was lost, may have
given the same code in the same visit; then its folder is there, and no session of ours was ever in it.
"""

import sqlite3
from collections.abc import Collection, Sequence
from itertools import count

from pathfixer.errors import PathFixerError
from pathfixer.state_database import StateDatabase
from sdm.folders.walk import FolderState
from sdm.path_rules import Place


class CodesOfOthersError(PathFixerError):
    """Codes of a sample are those of somebody else's samples; there are others."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"{', '.join(codes)}: the folder was there before")
        self.codes = tuple(codes)


class SampleCodes:
    """The codes of one PathFixer, in the database of its store, mode 0600.

    Methods may be called from any thread; all of them raise StoreError.
    """

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def code(self, proposal: str, name: str) -> str:
        """Return the code (``s01`` …) of a sample's name, the same one every time.

        A code that was given before stands for itself, so what is read may be written again.
        """
        with self._database.transaction() as database:
            known = _known(database, proposal)
            if name in known.values():
                return name
            if name not in known:
                known[name] = _free({name, *known, *known.values()})
                database.execute("INSERT INTO sample_code VALUES (?, ?, ?)", (proposal, name, known[name]))
            return known[name]

    def require_own(self, place: Place, raw: str, folders: Sequence[FolderState]) -> None:
        """Return when the codes of a place are ours.

        Parameters
        ----------
        place
            Whose sample it is.
        raw
            The folder that sample folders are in.
        folders
            As they are now, made for this place or found.

        Raises
        ------
        CodesOfOthersError
            Folders of some were there already, and no session here was ever in them.
        """
        if place.category != "proprietary" or not place.sample:
            return
        found = {folder.path for folder in folders if not folder.made}
        parts = place.sample.split("/")
        paths = ["/".join([raw, *parts[: depth + 1]]) for depth in range(len(parts))]
        there = [(part, path) for part, path in zip(parts, paths, strict=True) if path in found]
        if others := [part for part, path in there if not self._was_in(path)]:
            raise CodesOfOthersError(others)

    def give_up(self, place: Place, codes: Sequence[str]) -> Place:
        """Return the place with other codes for the samples that had these, which stand for others now."""
        new = {code: self._another(place.proposal, code) for code in dict.fromkeys(codes)}
        parts = (new.get(part, part) for part in place.sample.split("/"))
        return place.model_copy(update={"sample": "/".join(parts)})

    def _was_in(self, folder: str) -> bool:
        """Tell whether a session was ever in a folder, or below it."""
        query = "SELECT 1 FROM coded_folder WHERE path = ?1 OR substr(path, 1, length(?1) + 1) = ?1 || '/'"
        return bool(self._database.rows(query, folder))

    def _another(self, proposal: str, code: str) -> str:
        """Give the sample of a code another one; what it was called before is kept."""
        old = (proposal, code)
        with self._database.transaction() as database:
            known = _known(database, proposal)
            other = _free({*known, *known.values()})
            database.execute(
                "INSERT INTO former_sample_code SELECT proposal, name, code FROM sample_code "
                "WHERE proposal = ? AND code = ?",
                old,
            )
            database.execute("UPDATE sample_code SET code = ? WHERE proposal = ? AND code = ?", (other, *old))
            database.execute("INSERT INTO sample_code VALUES (?1, ?2, ?2)", old)
        return other


def _known(database: sqlite3.Connection, proposal: str) -> dict[str, str]:
    """Return the codes of a proposal by the names of its samples."""
    rows = database.execute("SELECT name, code FROM sample_code WHERE proposal = ?", (proposal,))
    return dict(rows.fetchall())


def _free(taken: Collection[str]) -> str:
    return next(code for number in count(1) if (code := f"s{number:02d}") not in taken)
