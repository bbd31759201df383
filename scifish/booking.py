"""Whose data it is: the one place where a capture is booked on a proposal (pure).

Never a guess: what is not certain is booked on nobody until staff assign it.
"""

import posixpath
from dataclasses import dataclass
from datetime import datetime, timedelta

from scifish.messages import Context, Origin
from scifish.session import Session


@dataclass(frozen=True)
class KnownSession:
    """What is known of a PathFixer's session now.

    Attributes
    ----------
    session
        None when nothing is known.
    origin
        ``live``: PathFixer has just confirmed it; ``cached``: it has not; ``none``: nothing known.
        Never ``override``, which is a session's own.
    age_s
        Seconds since PathFixer last confirmed it; None: cannot be told.
    fresh_at
        That moment, UTC.
    note
        Why it is not live, for people.
    """

    session: Session | None
    origin: Origin
    age_s: float | None = None
    fresh_at: datetime | None = None
    note: str | None = None

    @classmethod
    def none(cls, note: str) -> "KnownSession":
        """Return that nothing is known, and why."""
        return cls(None, "none", note=note)


def book(known: KnownSession, source_folder: str | None, max_age_s: float, now: datetime) -> Context:
    """Decide whose data it is.

    Parameters
    ----------
    known
        The session as it is known at the begin of the capture.
    source_folder
        Where the files go; None or empty: nowhere, which is no conflict.
    max_age_s
        A cached session books only while it is younger.
    now
        UTC; against it a cached session's visit may have ended.

    Returns
    -------
    Context
        ``assigned`` with all that the session says; else ``none`` or ``conflict`` with nothing of
        it but a note that tells people why.
    """
    session = known.session
    if session is None:
        return _unassigned(known, known.note or "no session is known")
    if session.state != "open" or not session.proposal:
        return _unassigned(known, "no session is open")
    if known.origin != "live" and (doubt := _doubt(known, session, max_age_s, now)):
        return _unassigned(known, doubt)
    if source_folder and not is_inside(source_folder, session.path):
        note = f"files go to {source_folder}, outside the session's path {session.path or '(none)'}"
        return _unassigned(known, note, conflict=True)
    return _assigned(known, session, now)


def is_inside(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or lies below it, as normalised text; links are not followed."""
    if not path.startswith("/") or not folder.startswith("/"):
        return False
    inner, outer = _normal(path), _normal(folder)
    return inner == outer or inner.startswith(outer.rstrip("/") + "/")


def _normal(path: str) -> str:
    return "/" + posixpath.normpath(path).lstrip("/")


def _doubt(known: KnownSession, session: Session, max_age_s: float, now: datetime) -> str | None:
    """Return why a session that PathFixer does not confirm may not book."""
    if known.age_s is None:
        return "the age of the kept session cannot be told: this host's clock was set back"
    if known.age_s >= max_age_s:
        return f"the session was last confirmed {_span(known.age_s)} ago, more than {_span(max_age_s)}"
    if session.visit_ends_at is not None and session.visit_ends_at <= now:
        return f"the kept session's visit ended at {session.visit_ends_at:%Y-%m-%d %H:%M} UTC"
    return None


def _assigned(known: KnownSession, session: Session, now: datetime) -> Context:
    return Context(
        proposal=session.proposal,
        visit=session.visit,
        sample=session.sample,
        sample_id=session.sample_id,
        username=session.username,
        category=session.category,
        assignment="assigned",
        context_origin=_ground(known, session),
        context_age_s=_oldest_age(known, session, now),
        context_note="; ".join(filter(None, (known.note, _office_note(session)))) or None,
    )


def _ground(known: KnownSession, session: Session) -> Origin:
    """Return the weakest of what the booking rests on: PathFixer's word, and the user office's to it."""
    return known.origin if session.origin == "live" else session.origin


def _oldest_age(known: KnownSession, session: Session, now: datetime) -> float | None:
    ages = [_cached_age(known)]
    if session.office_as_of is not None:
        ages.append(max(0.0, (now - session.office_as_of).total_seconds()))
    return max((age for age in ages if age is not None), default=None)


def _office_note(session: Session) -> str | None:
    if session.origin == "override":
        return "staff opened the session without the user office's word; PathFixer's history says why"
    if session.origin != "cached":
        return None
    since = f"; since then it says: {session.objection}" if session.objection else ""
    return f"the user office was away when the session was opened{since}"


def _unassigned(known: KnownSession, note: str, *, conflict: bool = False) -> Context:
    return Context(
        assignment="conflict" if conflict else "none",
        context_origin=known.origin,
        context_age_s=_cached_age(known),
        context_note=note,
    )


def _cached_age(known: KnownSession) -> float | None:
    return None if known.origin == "live" else known.age_s


def _span(seconds: float) -> str:
    return str(timedelta(seconds=round(seconds)))
