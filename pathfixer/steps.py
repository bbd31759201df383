"""The steps of a PathFixer's history, and what is kept beside the newest one. Pure."""

from typing import Literal

from pydantic import BaseModel

from scifish.session import Session

What = Literal["opened", "closed", "sample", "confirmed", "doubted", ""]
"""What a step of the history did; an empty one was written before that was kept.

The user office *confirmed*, or *doubted*, a session that had been opened while it was away.
"""

BEGIN_ANEW: tuple[What, ...] = ("opened", "closed")
"""Steps after which a sample that was asked for before counts no more."""

WORDS: tuple[What, ...] = ("confirmed", "doubted")
"""Steps that say something of a session and send its data nowhere else."""


class Step(BaseModel):
    """One row of the history.

    Attributes
    ----------
    at
        RFC 3339, UTC.
    client
        Host and process id, as claimed: TANGO knows no users.
    who
        The name of who asked, as claimed; empty when none was given.
    reason
        Why something was overruled; empty when nothing was.
    """

    at: str
    client: str
    session: Session
    what: What = ""
    who: str = ""
    reason: str = ""


class Wish(BaseModel):
    """A sample that was asked for and whose folder is not there yet."""

    sample: str
    client: str
