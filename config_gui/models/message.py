"""What came of the last thing somebody did."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["good", "warning", "bad"]


@dataclass(frozen=True)
class Message:
    """A sentence for the person in front of the window."""

    text: str
    kind: Kind = "good"
