"""The state a PathFixer shows, and the words beside it. Pure."""

from dataclasses import dataclass
from typing import Literal

from scifish.session import Session

State = Literal["ON", "STANDBY", "RUNNING", "ALARM", "FAULT"]


@dataclass(frozen=True)
class Condition:
    """A Tango state by name, and a status that tells a person what to do."""

    state: State
    status: str


def condition_of(
    session: Session, activity: str | None, faults: list[str], complaints: list[str], notes: list[str]
) -> Condition:
    """Return the condition.

    Parameters
    ----------
    session
        The open session, or the closed one.
    activity
        What is being done (opening, closing, repairing); none when nothing is.
    faults
        What makes the device useless until a person has seen to it.
    complaints
        What a person should see to.
    notes
        What is worth knowing and changes no state.
    """
    lines = [_headline(session, activity), *faults, *complaints, *notes]
    return Condition(_state(session, activity, faults, complaints), "\n".join(lines))


def _state(session: Session, activity: str | None, faults: list[str], complaints: list[str]) -> State:
    if faults:
        return "FAULT"
    if activity:
        return "RUNNING"
    if complaints:
        return "ALARM"
    return "ON" if session.state == "open" else "STANDBY"


def _headline(session: Session, activity: str | None) -> str:
    if activity:
        return f"{activity} ..."
    if session.state == "open":
        return f"Session of proposal {session.proposal}, visit {session.visit}: {session.sample_path}"
    return "NO SESSION, NO DATA: open a session"
