"""What can be seen of a PathFixer device at one look: its session, its state, and what it is doing."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scifish.session import Session, parse_session

SEEN = ("State", "Status", "Session", "Sample", "JobState", "JobProgress")
"""Attributes that are read together."""

SWITCHING = ("session", "repair")
"""Kinds of jobs while which no session can be opened."""


@dataclass(frozen=True)
class Activity:
    """A job on its way; ``of`` is none while nobody knows how many steps there are."""

    kind: str
    text: str = ""
    done: int = 0
    of: int | None = None


@dataclass(frozen=True)
class Look:
    """One look.

    Attributes
    ----------
    session
        Open or closed; none while the device is in FAULT and has none to show.
    sample
        Asked for last; its folder may still be in the making.
    activity
        The job that holds the session, by whomever it was begun.
    """

    state: str
    status: str
    session: Session | None = None
    sample: str = ""
    activity: Activity | None = None


def parse_look(values: Mapping[str, Any]) -> Look:
    """Return a look out of attribute names and values; raises MessageError for a wrong session."""
    text = values["Session"]
    return Look(
        state=str(values["State"]),
        status=values["Status"],
        session=parse_session(text) if text else None,
        sample=values["Sample"],
        activity=_activity(values["JobState"] or (), values["JobProgress"] or ()),
    )


def _activity(states: Sequence[str], progresses: Sequence[str]) -> Activity | None:
    jobs = [json.loads(text) for text in states]
    running = [job for job in jobs if job["state"] == "running" and job["kind"] in SWITCHING]
    if not running:
        return None
    found = (json.loads(text) for text in progresses)
    progress: dict[str, Any] = next((one for one in found if one["id"] == running[-1]["id"]), {})
    return Activity(
        running[-1]["kind"], progress.get("text", ""), progress.get("done", 0), progress.get("of")
    )
