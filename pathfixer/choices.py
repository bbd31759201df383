"""What a person may choose from before opening a session. Pure.

It is asked for with the words of ``OpenSession`` and stages nothing: two panels, or a panel and a
macro, never see each other's half-made choices.
"""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, ValidationError

from pathfixer.errors import RefusedError
from scifish.session import Session

GAP = "  "
"""Between the value of an option and the words beside it, as in ``20260101  Ice``."""


class Question(BaseModel):
    """Whose choices are asked for; what has not been chosen yet is empty."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    username: str = ""
    proposal: str = ""
    visit: str = ""


class Option(BaseModel):
    """One line of a drop-down: what it sets, and the words beside it."""

    model_config = ConfigDict(frozen=True)

    value: str
    text: str = ""


class Choices(BaseModel):
    """What may be chosen, from memory.

    Attributes
    ----------
    usernames
        Of the sessions before, newest first.
    proposals
        Of the user; of staff all.
    visits
        Scheduled ones of the proposal; staff may name another date.
    samples
        Used before in that visit, newest first.
    endstations
        The first stands for the whole beamline.
    as_of
        When the user office answered last, RFC 3339; empty: never.
    problem
        Why it does not answer now; empty: it does.
    """

    model_config = ConfigDict(frozen=True)

    usernames: tuple[str, ...] = ()
    proposals: tuple[Option, ...] = ()
    visits: tuple[Option, ...] = ()
    samples: tuple[str, ...] = ()
    endstations: tuple[str, ...] = ()
    as_of: str = ""
    problem: str = ""


def options(lines: Iterable[str]) -> tuple[Option, ...]:
    """Return options out of lines ``<value>  <text>``."""
    parts = (line.partition(GAP) for line in lines)
    return tuple(Option(value=value, text=text) for value, _, text in parts)


def usernames_of(sessions: Iterable[Session]) -> tuple[str, ...]:
    """Return who had these sessions, each once."""
    return tuple(dict.fromkeys(session.username for session in sessions if session.username))


def samples_of(sessions: Iterable[Session], proposal: str, visit: str) -> tuple[str, ...]:
    """Return the samples of a visit, or of all visits of a proposal when it is empty, each once."""
    found = (
        session.sample
        for session in sessions
        if session.sample and session.proposal == proposal and visit in ("", session.visit)
    )
    return tuple(dict.fromkeys(found))


def parse_question(text: str) -> Question:
    """Read a question from JSON, empty text for nobody's; raises RefusedError naming what is wrong."""
    try:
        return Question.model_validate_json(text or "{}")
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_url=False)
        )
        raise RefusedError(f"Choices cannot read {text[:200]!r}: {wrong}") from None
