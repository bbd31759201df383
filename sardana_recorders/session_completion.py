"""What TAB offers in Spock after ``newsession`` and ``newsample`` (pure)."""

from typing import Protocol

from pathfixer.choices import Choices
from pathfixer.look import Look
from sardana_recorders.session_desk import NOW

OPEN, SAMPLE = "newsession", "newsample"


class Asked(Protocol):
    """What of ``pathfixer.client.PathFixerClient`` is needed."""

    def look(self) -> Look:
        """Return what can be seen of the device."""

    def choices(self, username: str, proposal: str = "", visit: str = "") -> Choices:
        """Return what a user may choose."""


def offers(line: str, fixer: Asked) -> list[str]:
    """Return what may stand where the cursor is.

    Parameters
    ----------
    line
        From its beginning to the cursor; the last word may be half typed.
    fixer
        Is asked; raises CommandError.
    """
    macro, *given = line.lstrip("%").split()
    if given and not line.endswith(" "):
        given.pop()
    if macro == SAMPLE and not given:
        return _samples_of_the_session(fixer)
    return _of_a_new_session(given, fixer) if macro == OPEN else []


def _samples_of_the_session(fixer: Asked) -> list[str]:
    session = fixer.look().session
    if session is None or session.proposal is None:
        return []
    return list(fixer.choices("", session.proposal, session.visit or "").samples)


def _of_a_new_session(given: list[str], fixer: Asked) -> list[str]:
    username, proposal, visit = (*given[:3], "", "", "")[:3]
    choices = fixer.choices(username, proposal, "" if visit == NOW else visit)
    offered = (
        choices.usernames,
        [option.value for option in choices.proposals],
        [NOW, *(option.value for option in choices.visits)],
        choices.samples,
        choices.endstations,
    )
    return list(offered[len(given)]) if len(given) < len(offered) else []
