"""What Kafka's client says of a broker that it cannot reach: its exceptions only say that it cannot."""

from typing import Any, Protocol

from confluent_kafka import KafkaError

SAYS_NOTHING = frozenset({KafkaError._ALL_BROKERS_DOWN})


class Polled(Protocol):
    """A producer, a consumer or an admin client of confluent-kafka."""

    def poll(self, timeout: float) -> Any:
        """Let it call back."""
        ...


class LastWord:
    """Keeps the last reason; used by the thread that polls the client.

    A certificate that is not trusted or a wrong password is told only by the callback ``error_cb``,
    and that only to whoever polls.
    """

    def __init__(self) -> None:
        self._text = ""

    def hear(self, error: KafkaError) -> None:
        """Remember what the client says; to be its ``error_cb``."""
        if error.code() not in SAYS_NOTHING:
            self._text = error.str()

    def explain(self, client: Polled, error: KafkaError) -> str:
        """Return what failed and, if the client has said it since the last time, why."""
        client.poll(0)
        reason, self._text = self._text, ""
        return f"{error.str()}: {reason}" if reason and reason != error.str() else f"{error.str()}"
