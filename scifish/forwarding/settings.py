"""What a forwarder must be told."""

from dataclasses import dataclass

from scifish.forwarding.kafka_client import KafkaClient

HOUR_S = 3600.0
DAY_S = 86_400.0


@dataclass(frozen=True)
class ForwarderSettings:
    """Spans are in seconds of broker time.

    Attributes
    ----------
    beamline
        Its topics are ``<topic_prefix>.<beamline>.captures`` and ``.receipts``.
    kafka
        Null: captures are only kept.
    author
        ``scifish@<host>``, who closes what nobody ended.
    keep_s
        Rows stay this long after the last answer.
    resend_after_s, resend_longest_s
        A message without a final answer is sent again after the first, doubling to the second.
    remove_period_s
        How often to look, by this host's monotonic clock, for rows that may go.
    file_wait_s
        Longest wait, by the same clock, for the end of a file whose own producer does not tell it.
    """

    beamline: str
    kafka: KafkaClient | None
    author: str
    topic_prefix: str = "scizoo"
    keep_s: float = 30 * DAY_S
    resend_after_s: float = HOUR_S
    resend_longest_s: float = DAY_S
    remove_period_s: float = 60.0
    file_wait_s: float = 60.0

    @property
    def captures_topic(self) -> str:
        """Where captures go."""
        return f"{self.topic_prefix}.{self.beamline}.captures"

    @property
    def receipts_topic(self) -> str:
        """Where the catalogue's answers come from."""
        return f"{self.topic_prefix}.{self.beamline}.receipts"
