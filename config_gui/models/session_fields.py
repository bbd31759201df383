"""The fields of PathFixer's panel: labels and order of the slide, what is set, and what is read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from pathfixer.choices import Question
from pathfixer.config import NO_ENDSTATION
from scifish.session import Session

NOT_INITIALISED = "Not initialised"
"""Stands where the device reads empty."""

NOT_KNOWN = "?"
"""Stands where the device has not answered yet."""


class Field(Enum):
    """A field of the panel, from the top down; its value names it in ``OpenSession``."""

    USERNAME = "username"
    PROPOSAL = "proposal"
    VISIT = "visit"
    SAMPLE = "sample"
    ENDSTATION = "endstation"


LABELS = {
    Field.USERNAME: "Username",
    Field.PROPOSAL: "Proposal",
    Field.VISIT: "Visit",
    Field.SAMPLE: "Sample (Optional)",
    Field.ENDSTATION: "Endstation",
}

HINTS = {
    Field.USERNAME: "log-in name of who measures",
    Field.PROPOSAL: "number",
    Field.VISIT: "the one that runs now",
    Field.SAMPLE: "none",
    Field.ENDSTATION: "",
}
"""What an empty field says."""


@dataclass(frozen=True)
class SetValues:
    """What a person has set in the panel; nothing of it counts before it is opened."""

    username: str = ""
    proposal: str = ""
    visit: str = ""
    sample: str = ""
    endstation: str = NO_ENDSTATION

    def get(self, field: Field) -> str:
        """Return one of them."""
        return str(getattr(self, field.value))

    def having(self, field: Field, text: str) -> "SetValues":
        """Return the values with another one; what followed from the old one is cleared.

        User first, then one of the user's proposals, then one of its visits, then a sample of it.
        """
        text = text.strip()
        if text == self.get(field):
            return self
        order = list(Field)[: list(Field).index(Field.ENDSTATION)]
        later = order[order.index(field) + 1 :] if field in order else []
        return replace(self, **{field.value: text}, **{one.value: "" for one in later})

    def on_top_of(self, opened: "SetValues", sent: "SetValues") -> "SetValues":
        """Return what was opened, with what has been set since it was asked for.

        Parameters
        ----------
        opened
            What the device made of it: it chooses the visit.
        sent
            What was set when it was asked for.
        """
        values, is_later = opened, False
        for one in Field:
            is_later = is_later or self.get(one) != sent.get(one)
            if is_later:
                values = values.having(one, self.get(one))
        return values

    @property
    def question(self) -> Question:
        """Whose choices belong into the drop-downs."""
        return Question(username=self.username, proposal=self.proposal, visit=self.visit)


def values_of(session: Session | None) -> SetValues:
    """Return the values that would open this session again; empty ones when there is none."""
    if session is None or session.state != "open":
        return SetValues()
    return SetValues(
        username=session.username or "",
        proposal=session.proposal or "",
        visit=session.visit or "",
        sample=session.sample or "",
        endstation=session.endstation or NO_ENDSTATION,
    )


def read_values(session: Session | None, sample: str) -> Mapping[Field, str]:
    """Return what stands beside the set values.

    Parameters
    ----------
    session
        As the device shows it; none when it shows none.
    sample
        Asked for last: its folder may still be in the making.
    """
    if session is None or session.state != "open":
        return dict.fromkeys(Field, NOT_INITIALISED)
    values = replace(values_of(session), sample=sample)
    return {field: values.get(field) or NOT_INITIALISED for field in Field}
