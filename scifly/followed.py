"""Which folder is followed, and whose it is: PathFixer's session, and those that were left (pure)."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import PurePosixPath

from scifish.context import KnownSession, book
from scifish.messages import Context
from scifish.session import Session


@dataclass
class Followed:
    """Whose folder it is, as far as it was ever known.

    Attributes
    ----------
    known
        As last heard while this was the folder to follow.
    heard_at
        When that was, UTC.
    current
        It is the folder to follow now; otherwise it was left, and what is unfinished in it is
        followed to its end.
    """

    known: KnownSession
    heard_at: datetime
    current: bool = True

    def context(self, folder: str, max_age_s: float, now: datetime) -> Context:
        """Decide whose a file is that appears now: for a folder that was left, as by a cached session."""
        known = self.known if self.current else self._left(now)
        return book(known, folder, max_age_s, now)

    def _left(self, now: datetime) -> KnownSession:
        age_s = (now - self.heard_at).total_seconds() + (self.known.age_s or 0.0)
        note = f"the session of this folder was last known at {self.heard_at:%Y-%m-%d %H:%M:%S} UTC"
        return KnownSession(self.known.session, "cached", age_s if age_s >= 0 else None, self.heard_at, note)


def kept(session: str, known_ns: int) -> Followed:
    """Return a folder that an earlier process life followed, from its journal."""
    heard_at = datetime.fromtimestamp(known_ns / 1e9, timezone.utc)
    known = KnownSession(Session.model_validate_json(session), "cached", 0.0, heard_at)
    return Followed(known, heard_at, current=False)


def folder_to_follow(session: Session) -> str:
    """Return the folder where files are expected: the session's, else the one for unowned scans.

    Returns
    -------
    str
        Absolute and normalised; empty when the session names none.

    Raises
    ------
    ValueError
        The session names something else than an absolute, plain path below the root.
    """
    text = session.path if session.state == "open" else session.unowned_path
    if not text:
        return ""
    path = PurePosixPath(text)
    if not path.is_absolute() or len(path.parts) < 3 or ".." in path.parts or not text.isprintable():
        raise ValueError(f"PathFixer's session names {text!r}, which is no absolute path below a data folder")
    return str(path)


def overlap(one: str, other: str) -> bool:
    """Tell whether one folder lies in the other: a file must not be followed twice."""
    first, second = PurePosixPath(one), PurePosixPath(other)
    return first != second and (first.is_relative_to(second) or second.is_relative_to(first))


def is_old(heard_at: datetime, now: datetime, span_s: float) -> bool:
    """Tell whether a folder was left longer ago than a span."""
    return now - heard_at > timedelta(seconds=span_s)
