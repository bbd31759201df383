"""The names of the three topics of a beamline."""

from dataclasses import dataclass

CAPTURES, DEAD_LETTERS, RECEIPTS = "captures", "dead-letters", "receipts"


@dataclass(frozen=True)
class TopicNames:
    """Names below one prefix."""

    prefix: str = "scizoo"

    def captures(self, beamline: str) -> str:
        """Return the topic that carries a beamline's captures."""
        return f"{self.prefix}.{beamline}.{CAPTURES}"

    def dead_letters(self, beamline: str) -> str:
        """Return the topic of what could not be read."""
        return f"{self.prefix}.{beamline}.{DEAD_LETTERS}"

    def receipts(self, beamline: str) -> str:
        """Return the topic of the answers."""
        return f"{self.prefix}.{beamline}.{RECEIPTS}"

    def beamline_of(self, topic: str) -> str:
        """Return the beamline a topic belongs to; raises ValueError for a topic not of ours."""
        start, _, kind = topic.rpartition(".")
        prefix, _, beamline = start.rpartition(".")
        if prefix != self.prefix or kind not in (CAPTURES, DEAD_LETTERS, RECEIPTS):
            raise ValueError(f"topic {topic!r} is not {self.prefix}.<beamline>.<kind>")
        return beamline
