"""Hearing what the producers of this host commit, by reading their spools."""

import logging
import sqlite3
from collections.abc import Callable

from scifish.spool.rows import RowHead, SpoolRows, UnreadableRowError
from scifish.state_folder import StateFolder

log = logging.getLogger(__name__)
BATCH = 500

Take = Callable[[RowHead, bytes], None]


class SpoolHearing:
    """Hands over each message of each spool once, however often it is asked; used by one thread.

    Parameters
    ----------
    folder
        State folder of the capture host.
    wants
        Which messages' bytes are to be read.
    take
        Takes a message; a ValueError says that it is none, which is logged.
    """

    def __init__(self, folder: StateFolder, wants: Callable[[RowHead], bool], take: Take) -> None:
        self._folder, self._wants, self._take = folder, wants, take
        self._spools: dict[str, SpoolRows] = {}
        self._heard: dict[str, int] = {}

    def listen(self) -> bool:
        """Hear everything committed before this call; a spool that did not change costs 10 µs.

        Returns
        -------
        bool
            False when a spool cannot be read just now: the next call hears what this one did not.
        """
        all_heard = True
        present = {path.stem: path for path in self._folder.spools.glob("*.db")}
        for name in self._spools.keys() - present.keys():
            self._close(name)
        for name, path in present.items():
            try:
                spool = self._spools.get(name) or self._spools.setdefault(name, SpoolRows(path))
                if spool.changed():
                    self._hear(name, spool)
            except sqlite3.Error as error:
                log.warning("spool %s cannot be read now: %s", path, error)
                all_heard = all_heard and not isinstance(error, sqlite3.OperationalError)
                self._close(name)
        return all_heard

    def close(self) -> None:
        """Close all files."""
        for name in list(self._spools):
            self._close(name)

    def _close(self, name: str) -> None:
        """Close a spool; one that is opened again is heard from where it was."""
        spool = self._spools.pop(name, None)
        if spool is not None:
            spool.close()

    def _hear(self, name: str, spool: SpoolRows) -> None:
        while True:
            batch = spool.heads_after(self._heard.get(name, 0), BATCH)
            for head in filter(self._wants, batch.heads):
                self._hand_over(spool, head)
            if batch.last <= self._heard.get(name, 0):
                return
            self._heard[name] = batch.last

    def _hand_over(self, spool: SpoolRows, head: RowHead) -> None:
        try:
            body = spool.body(head.row)
            if body is not None:
                self._take(head, body)
        except (UnreadableRowError, ValueError) as error:
            log.warning("row %d of spool %s cannot be read: %s", head.row, spool.path, error)
