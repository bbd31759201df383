"""Is this a message of ours, for this topic? Pure: bytes in, a verdict out."""

from dataclasses import dataclass

from consumers.delivery import Delivery
from consumers.errors import PoisonError
from consumers.topic_names import TopicNames
from scifish import messages
from scifish.errors import MessageError
from scifish.messages import CaptureMessage


@dataclass(frozen=True)
class Validator:
    """What this installation accepts."""

    names: TopicNames
    pid_prefixes: tuple[str, ...] = ()

    def read(self, delivery: Delivery) -> CaptureMessage:
        """Return the message that a delivery carries.

        Raises
        ------
        scifish.errors.UnknownSchemaError
            It is of a later schema: it waits for a newer SciCow.
        PoisonError
            It will never be acceptable; the text names the field and the value.
        """
        try:
            message = messages.decode(delivery.value, delivery.key)
        except messages.UnknownSchemaError:
            raise
        except MessageError as error:
            raise PoisonError(str(error)) from None
        self._check_beamline(message, delivery.topic)
        self._check_prefix(message.pid)
        return message

    def _check_beamline(self, message: CaptureMessage, topic: str) -> None:
        if message.beamline != self.names.beamline_of(topic):
            raise PoisonError(f"beamline {message.beamline!r} does not write to topic {topic!r}")

    def _check_prefix(self, pid: str) -> None:
        if self.pid_prefixes and pid.partition("/")[0] not in self.pid_prefixes:
            raise PoisonError(f"pid {pid!r} has none of the accepted prefixes {list(self.pid_prefixes)}")
