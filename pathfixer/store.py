"""What a PathFixer remembers: the open session, all before it, the samples' codes, what folders were.

The history is only ever added to; its newest row is the session.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from pathfixer.errors import StoreError
from pathfixer.state_database import StateDatabase
from pathfixer.steps import BEGIN_ANEW, WORDS, Step, Wish
from scifish.errors import MessageError
from scifish.faultpoints import reached
from scifish.session import Session, parse_session
from sdm.folders.identity import Identities, Identity

LAYOUTS = (
    """
    CREATE TABLE session (
        revision INTEGER PRIMARY KEY, at TEXT NOT NULL, client TEXT NOT NULL, document TEXT NOT NULL);
    CREATE TABLE wish (
        only_one INTEGER PRIMARY KEY CHECK (only_one = 1), sample TEXT NOT NULL, client TEXT NOT NULL);
    CREATE TABLE folder (path TEXT PRIMARY KEY, inode INTEGER NOT NULL, uid INTEGER NOT NULL);
    CREATE TABLE settled (macro_server TEXT PRIMARY KEY, scan_dir TEXT NOT NULL);
    CREATE TABLE sample_code (
        proposal TEXT NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL,
        PRIMARY KEY (proposal, name), UNIQUE (proposal, code));
    """,
    """
    ALTER TABLE session ADD COLUMN what TEXT NOT NULL DEFAULT '';
    ALTER TABLE session ADD COLUMN who TEXT NOT NULL DEFAULT '';
    ALTER TABLE session ADD COLUMN reason TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE TABLE known_folder (
        path TEXT PRIMARY KEY, device INTEGER NOT NULL, inode INTEGER NOT NULL, uid INTEGER NOT NULL);
    CREATE TABLE visit_record (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, path TEXT NOT NULL, document TEXT NOT NULL);
    CREATE TABLE visit_span (path TEXT PRIMARY KEY, starts_at TEXT NOT NULL, ends_at TEXT);
    """,
    """
    CREATE TABLE coded_folder (path TEXT PRIMARY KEY);
    INSERT OR IGNORE INTO coded_folder
        SELECT json_extract(document, '$.sample_path') FROM session
        WHERE json_extract(document, '$.category') = 'proprietary';
    CREATE TABLE former_sample_code (
        proposal TEXT NOT NULL, name TEXT NOT NULL, code TEXT NOT NULL);
    """,
    """
    ALTER TABLE visit_span ADD COLUMN told_at TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE TRIGGER session_stays BEFORE UPDATE ON session
        BEGIN SELECT RAISE(ABORT, 'the history is only added to'); END;
    CREATE TRIGGER session_is_kept BEFORE DELETE ON session
        BEGIN SELECT RAISE(ABORT, 'the history is only added to'); END;
    CREATE TRIGGER visit_record_stays BEFORE UPDATE ON visit_record
        BEGIN SELECT RAISE(ABORT, 'the records of visits are only added to'); END;
    CREATE TRIGGER visit_record_is_kept BEFORE DELETE ON visit_record
        BEGIN SELECT RAISE(ABORT, 'the records of visits are only added to'); END;
    """,
)
"""The n-th text brings layout n-1 to n; columns are only ever added."""

Write = Callable[[sqlite3.Connection], None]
"""Writes something into a transaction that is under way."""


def nothing(_: sqlite3.Connection) -> None:
    """Write nothing."""


class Store:
    """The database of one PathFixer; no second process may have it.

    Methods may be called from any thread.
    """

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    @property
    def database(self) -> StateDatabase:
        """Where visits and the codes of samples are kept too."""
        return self._database

    @classmethod
    def open(cls, folder: Path) -> "Store":
        """Open, or make, the store in a folder; raises StoreError, see ``StateDatabase.open``."""
        return cls(StateDatabase.open(folder, "sessions.db", LAYOUTS))

    def last(self) -> Session | None:
        """Return the newest session, open or closed; none when there never was one."""
        steps = self.history(1)
        return steps[0].session if steps else None

    def history(self, limit: int) -> list[Step]:
        """Return the newest steps, newest first; raises StoreError for a damaged row."""
        return self._steps("ORDER BY revision DESC LIMIT ?", limit)

    def last_move(self) -> Step | None:
        """Return the newest step that says where data go; raises StoreError for a damaged row."""
        steps = self._steps("WHERE what NOT IN (?, ?) ORDER BY revision DESC LIMIT 1", *WORDS)
        return next(iter(steps), None)

    def _steps(self, which: str, *values: object) -> list[Step]:
        rows = self._database.rows(
            f"SELECT document, at, client, what, who, reason FROM session {which}",  # noqa: S608 - ours
            *values,
        )
        try:
            return [
                Step.model_validate(
                    {"session": parse_session(text), **dict(zip(_STEP_COLUMNS, rest, strict=True))}
                )
                for text, *rest in rows
            ]
        except MessageError as error:
            raise StoreError(f"the history cannot be read: {error}; move sessions.db away, keep it") from None

    def commit(
        self, step: Step, folders: Identities, fulfilled: Wish | None = None, beside: Write = nothing
    ) -> None:
        """Make a session the newest, with its folders and what is written beside it.

        The wish that it fulfils is forgotten, and any wish when another session begins.
        """
        with self._database.transaction() as database:
            database.execute(
                "INSERT INTO session (revision, document, at, client, what, who, reason) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    step.session.revision,
                    step.session.model_dump_json(by_alias=True),
                    *(getattr(step, column) for column in _STEP_COLUMNS),
                ),
            )
            done = None if fulfilled is None else fulfilled.sample
            database.execute("DELETE FROM wish WHERE ? OR sample = ?", (step.what in BEGIN_ANEW, done))
            self._remember(database, folders)
            if step.session.category == "proprietary":
                database.execute("INSERT OR IGNORE INTO coded_folder VALUES (?)", (step.session.sample_path,))
            beside(database)
            reached("pathfixer.committing")

    def folders(self) -> Identities:
        """Return every folder that a session ever had, as it was when that was committed."""
        rows = self._database.rows("SELECT path, device, inode, uid FROM known_folder")
        return {path: Identity(int(device), int(inode), int(uid)) for path, device, inode, uid in rows}

    def remember_folders(self, folders: Identities) -> None:
        """Take folders as they are now."""
        with self._database.transaction() as database:
            self._remember(database, folders)

    def learn_folders(self, visit_folder: str, folders: Identities) -> None:
        """Take a visit's folders, and those above it, as they are now; forget what lay below it."""
        with self._database.transaction() as database:
            database.execute(
                "DELETE FROM known_folder WHERE substr(path, 1, length(?1) + 1) = ?1 || '/'", (visit_folder,)
            )
            self._remember(database, folders)

    @staticmethod
    def _remember(database: sqlite3.Connection, folders: Identities) -> None:
        rows = [(path, *identity) for path, identity in folders.items()]
        database.executemany("INSERT OR REPLACE INTO known_folder VALUES (?, ?, ?, ?)", rows)

    def wish(self) -> Wish | None:
        """Return the sample whose folder is not there yet."""
        rows = self._database.rows("SELECT sample, client FROM wish")
        return Wish(sample=rows[0][0], client=rows[0][1]) if rows else None

    def set_wish(self, wish: Wish) -> None:
        """Remember a sample whose folder is yet to be made."""
        with self._database.transaction() as database:
            database.execute("INSERT OR REPLACE INTO wish VALUES (1, ?, ?)", (wish.sample, wish.client))

    def drop_wish(self, wish: Wish) -> None:
        """Forget a wish that cannot be fulfilled, unless another one came since."""
        with self._database.transaction() as database:
            database.execute("DELETE FROM wish WHERE sample = ?", (wish.sample,))

    def settled(self, name: str) -> str | None:
        """Return what was last written to a MacroServer or listener, and read back."""
        rows = self._database.rows("SELECT scan_dir FROM settled WHERE macro_server = ?", name.lower())
        return rows[0][0] if rows else None

    def set_settled(self, name: str, value: str) -> None:
        """Remember what was written to a MacroServer or listener, and read back."""
        with self._database.transaction() as database:
            database.execute("INSERT OR REPLACE INTO settled VALUES (?, ?)", (name.lower(), value))

    def close(self) -> None:
        """Give the store up."""
        self._database.close()


_STEP_COLUMNS = ("at", "client", "what", "who", "reason")
