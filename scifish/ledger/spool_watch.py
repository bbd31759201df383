"""The forwarder's view of all spools of a capture host: new rows, dead owners, empty files."""

import logging
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from scifish import faultpoints
from scifish.ledger.ledger import Ledger
from scifish.ledger.removal import forget_file, forget_rows, forget_spool, removable_rows
from scifish.spool.layout import connect_writer
from scifish.spool.producer_lock import ProducerLock, take_over
from scifish.spool.pruning import remove_rows
from scifish.spool.rows import SpoolRows
from scifish.state_folder import StateFolder

log = logging.getLogger(__name__)
BATCH = 500
"""Rows noted in one transaction."""


@dataclass
class WatchedSpool:
    """One spool; ``lock`` is held by us when its owner is gone."""

    rows: SpoolRows
    lock: ProducerLock | None = None
    behind: bool = True
    """There may be rows that are not noted yet."""


class SpoolWatch:
    """Follows ``spools/``; used by the forwarder's thread only.

    Parameters
    ----------
    folder
        State folder.
    ledger
        Where new rows are noted.
    """

    def __init__(self, folder: StateFolder, ledger: Ledger) -> None:
        self._folder, self._ledger = folder, ledger
        self._spools: dict[str, WatchedSpool] = {}
        self._damaged: dict[str, str] = {}
        self._passing: dict[str, str] = {}

    @property
    def damaged(self) -> dict[str, str]:
        """What is wrong with which spool: lasting damage, and what hinders reading it just now."""
        return {**self._passing, **self._damaged}

    def close(self) -> None:
        """Close all files and give back the locks of dead owners."""
        for spool in self._spools.values():
            spool.rows.close()
            if spool.lock:
                spool.lock.release()
        self._spools.clear()

    def look_for_spools(self) -> None:
        """Find new spools, owners that are gone, and files that staff have taken away; once a second."""
        present = sorted(self._folder.spools.glob("*.db"))
        for path in present:
            if path.stem not in self._spools:
                self._open(path)
        self._forget_taken_away({path.stem for path in present})
        for name, spool in self._spools.items():
            if spool.lock is None:
                spool.lock = self._take_over(name)
                spool.behind = spool.behind or spool.lock is not None

    def note_new_rows(self) -> bool:
        """Note at most one batch of each spool; tell whether all are noted."""
        for name, spool in self._spools.items():
            try:
                if spool.behind or (spool.lock is None and spool.rows.changed()):
                    spool.behind = self._note(name, spool)
                    self._passing.pop(name, None)
            except sqlite3.Error as error:
                self._name_trouble(name, error)
                spool.behind = isinstance(error, sqlite3.OperationalError)
        return not any(spool.behind for spool in self._spools.values())

    @property
    def held_up(self) -> bool:
        """Whether what is still to be noted waits for the disk alone: asking at once again is no use."""
        return all(name in self._passing for name, spool in self._spools.items() if spool.behind)

    def body(self, spool: str, row: int) -> bytes | None:
        """Return a message; None when its row or file is gone; raises UnreadableRowError, sqlite3.Error."""
        watched = self._spools.get(spool)
        return watched.rows.body(row) if watched else None

    def dead(self) -> list[str]:
        """Return the spools whose owner is gone."""
        return [name for name, spool in self._spools.items() if spool.lock]

    def last_sign_of_life(self, spool: str) -> float:
        """Return when a spool's owner was last known to live, s since the epoch, by the host's clock."""
        return (self._folder.producers / f"{spool}.lock").stat().st_mtime

    def remove_finished(self) -> None:
        """Remove what may go from the spools of dead owners, and forget what living ones removed."""
        for name in list(self._spools):
            rows = removable_rows(self._ledger, name)
            try:
                gone = self._remove(self._spools[name], rows)
                with self._ledger.transaction():
                    forget_rows(self._ledger, name, gone)
                self._remove_when_empty(name)
            except (OSError, sqlite3.Error) as error:
                log.warning("finished rows of spool %s stay: %s", name, error)

    def clear_remains(self) -> None:
        """Remove what a forwarder left that died while it removed a spool."""
        for path in self._folder.producers.glob("*.lock"):
            if (self._folder.spools / f"{path.stem}.db").exists():
                continue
            lock = self._take_over(path.stem)  # none while its owner is just about to make the spool
            if lock is not None:
                self._unlink_spool(path.stem)
                lock.release(remove=True)

    def _open(self, path: Path) -> None:
        try:
            self._spools[path.stem] = WatchedSpool(SpoolRows(path))
        except sqlite3.Error as error:
            self._name_trouble(path.stem, error)

    def _forget_taken_away(self, present: set[str]) -> None:
        """Stop talking about spools of dead owners whose file is gone, by the cure of a damaged one."""
        for name in [name for name, spool in self._spools.items() if spool.lock and name not in present]:
            spool = self._spools.pop(name)
            spool.rows.close()
            if spool.lock:
                spool.lock.release(remove=True)
            log.warning("spool %s has been taken away, with %d rows", name, forget_file(self._ledger, name))
        for name in [name for name in self.damaged if name not in present]:
            del self.damaged[name]

    def _take_over(self, name: str) -> ProducerLock | None:
        try:
            return take_over(self._folder.producers / f"{name}.lock")
        except OSError as error:
            log.warning("cannot tell whether the owner of spool %s lives: %s", name, error)
            return None

    def _note(self, name: str, spool: WatchedSpool) -> bool:
        noted = self._ledger.noted(name)
        batch = spool.rows.heads_after(noted, BATCH)
        if batch.last > noted or batch.unreadable:
            faultpoints.reached("forwarder.before-note")
            with self._ledger.transaction():
                self._ledger.note(name, batch.heads, batch.last, int(time.monotonic() * 1000))
                for row, reason in batch.unreadable.items():
                    self._ledger.note_unreadable(name, row, reason)
        return batch.last - noted >= BATCH

    def _remove(self, spool: WatchedSpool, rows: list[int]) -> list[int]:
        """Return the rows that have left the spool, of a dead owner because we remove them."""
        if not rows:
            return []
        if spool.lock is None:
            return [row for row in rows if not spool.rows.has(row)]
        writer = connect_writer(spool.rows.path)
        try:
            remove_rows(writer, rows)
        finally:
            writer.close()
        return rows

    def _remove_when_empty(self, name: str) -> None:
        spool = self._spools[name]
        if spool.lock is None or spool.behind or spool.rows.count():
            return
        spool.rows.close()
        self._unlink_spool(name)
        spool.lock.release(remove=True)
        del self._spools[name]
        self._passing.pop(name, None)
        with self._ledger.transaction():
            forget_spool(self._ledger, name)

    def _unlink_spool(self, name: str) -> None:
        for suffix in (".db", ".db-wal", ".db-shm"):
            faultpoints.reached("forwarder.removing-spool")
            (self._folder.spools / f"{name}{suffix}").unlink(missing_ok=True)

    def _name_trouble(self, name: str, error: sqlite3.Error) -> None:
        """Keep what is wrong with a spool: damage for good, anything else until it can be read again."""
        kept = self._passing if isinstance(error, sqlite3.OperationalError) else self._damaged
        if kept.get(name) != str(error):
            kept[name] = str(error)
            log.error("spool %s cannot be read: %s", name, error)
