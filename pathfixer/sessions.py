"""The documents that PathFixer publishes: one open session, and none. Pure."""

from datetime import datetime

from pathfixer.claim import Claim
from scifish.session import Session
from sdm.path_rules import Paths, Place


def open_document(
    revision: int,
    place: Place,
    paths: Paths,
    claim: Claim,
    username: str,
    endstation: str | None,
    unowned_path: str,
    now: datetime,
    warnings: list[str],
) -> Session:
    """Return the document of a session that opens now."""
    return Session(
        revision=revision,
        state="open",
        beamline=place.beamline,
        endstation=endstation,
        category=place.category,
        proposal=place.proposal,
        visit=place.visit,
        sample=place.sample or None,
        username=username,
        path=paths.raw,
        sample_path=paths.sample,
        process_path=paths.process,
        unowned_path=unowned_path,
        opened_at=now,
        visit_ends_at=claim.visit.ends_at,
        origin=claim.origin,
        office_as_of=claim.office_as_of,
        override_reason=claim.override_reason,
        warnings=warnings,
    )


def closed_document(revision: int, beamline: str, unowned_path: str) -> Session:
    """Return the document that says: no session, no data."""
    return Session(revision=revision, beamline=beamline, unowned_path=unowned_path)


def with_sample(session: Session, sample: str) -> Session:
    """Return the session's next revision, with another sample, or with none when it is empty."""
    changes = {
        "revision": session.revision + 1,
        "sample": sample or None,
        "sample_path": f"{session.path}/{sample}" if sample else session.path,
    }
    return session.model_copy(update=changes)


def place_of(session: Session, sample: str | None = None) -> Place:
    """Return whose data an open session is, with its own sample or another one."""
    return Place.model_validate(
        {
            "category": session.category,
            "beamline": session.beamline,
            "proposal": session.proposal,
            "visit": session.visit,
            "sample": (session.sample or "") if sample is None else sample,
        }
    )


def history_line(at: str, client: str, session: Session) -> str:
    """Return one line of the history; client and user are claims, TANGO knows no users."""
    if session.state != "open":
        return f"{at} closed, asked by {client}"
    whose = f"{session.username} {session.proposal} {session.sample_path}"
    return f"{at} {whose}, asked by {client}{ground(session)}"


def ground(session: Session) -> str:
    """Return on what ground a session was opened, for its line of the history; empty for the usual one."""
    if session.origin == "override":
        return f", by override: {session.override_reason}"
    return ", the user office was away" if session.origin == "cached" else ""
