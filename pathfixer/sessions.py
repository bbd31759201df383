"""The documents that PathFixer publishes: one open session, and none. Pure."""

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile

from pathfixer.admission.permit import AWAY, Permit
from pathfixer.steps import Step
from scifish.session import Session
from sdm.path_rules import Paths, Place


def open_document(
    revision: int,
    place: Place,
    paths: Paths,
    permit: Permit,
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
        visit_ends_at=permit.visit.ends_at,
        origin=permit.origin,
        office_as_of=permit.office_as_of,
        override_reason=permit.override_reason,
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


def confirmed(session: Session, permit: Permit) -> Session:
    """Return the next revision of a cached session that the user office has now allowed."""
    kept = [text for text in session.warnings if not text.startswith(AWAY)]
    changes = {
        "revision": session.revision + 1,
        "origin": permit.origin,
        "office_as_of": permit.office_as_of,
        "objection": None,
        "visit_ends_at": permit.visit.ends_at,
        "warnings": list(dict.fromkeys([*permit.warnings, *kept])),
    }
    return session.model_copy(update=changes)


def doubted(session: Session, objection: str) -> Session:
    """Return the next revision of a cached session that the user office would not have allowed."""
    return session.model_copy(update={"revision": session.revision + 1, "objection": objection})


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


def left_folders(steps: Iterable[Step], session: Session) -> frozenset[str]:
    """Return where scans of an open session went for the samples that it had before.

    Parameters
    ----------
    steps
        The history, newest first.
    """
    same = takewhile(lambda step: step.session.opened_at == session.opened_at, steps)
    return frozenset(step.session.sample_path for step in same) - {session.sample_path}


def stale_sample(steps: Iterable[Step], session: Session, visit_begins: datetime | None) -> str | None:
    """Return a warning when the sample of an open session is older than its visit.

    Parameters
    ----------
    steps
        The history, newest first.
    visit_begins
        When the session's visit begins, aware; none when its name does not tell.
    """
    chosen = _chosen(steps, session)
    if chosen is None:
        return None
    same_visit = (chosen.session.proposal, chosen.session.visit) == (session.proposal, session.visit)
    if same_visit and (visit_begins is None or datetime.fromisoformat(chosen.at) >= visit_begins):
        return None
    return f"sample {session.sample!r} was chosen at {chosen.at}, before this visit: write Sample anew"


def history_line(step: Step) -> str:
    """Return one line of the history; client and names are claims, TANGO knows no users."""
    session = step.session
    if session.state == "open":
        did = f"{step.what or 'opened'} {session.proposal} {session.sample_path} for {session.username}"
    else:
        did = "closed"
    by = f"{step.who} from {step.client}" if step.who else step.client
    reasons = [text for text in (step.reason, ground(session)) if text]
    return ", ".join([f"{step.at} {did}, asked by {by}", *reasons])


def ground(session: Session) -> str | None:
    """Return on what ground a session was opened, for its line of the history; none for the usual one."""
    if session.origin == "override":
        return f"by override: {session.override_reason}"
    return "the user office was away" if session.origin == "cached" else None


def objection_to(session: Session) -> str | None:
    """Return what the user office says against an open session, in words for the status."""
    if not session.objection:
        return None
    return (
        f"opened while the user office was away, which now says: {session.objection}; "
        f"the session stays open: end it, or let staff open it"
    )


def _chosen(steps: Iterable[Step], session: Session) -> Step | None:
    """Return the step since which the session's sample is the sample; a code is one proposal's only."""
    chosen = None
    for step in steps:
        if not session.sample or step.session.state != "open":
            continue
        foreign = step.session.proposal != session.proposal and "proprietary" in (
            step.session.category,
            session.category,
        )
        if foreign or step.session.sample != session.sample:
            break
        chosen = step
        if step.what == "sample":
            break
    return chosen
