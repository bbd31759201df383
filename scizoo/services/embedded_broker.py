"""The embedded Kafka broker, as a service: in memory, for trying out only."""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service

LISTENING = re.compile(r"^listening on (\S+)$", re.MULTILINE)


class EmbeddedBroker(Service):
    """``scizoo.demo.broker`` in a process of its own, so that it outlives its clients.

    A restart is a new port and an empty log.
    """

    name = "kafka"
    kind = "embedded broker of librdkafka, in memory, for trying out only"

    def __init__(self, folder: RunFolder, topics: Sequence[str], bound: bool = True) -> None:
        super().__init__(folder, bound)
        self.topics = list(topics)
        self._address = ""

    @property
    def address(self) -> str:
        """Bootstrap address, empty until it is ready: the port is the broker's choice."""
        return self._address

    def prepare(self) -> None:
        """Forget the address of an earlier life."""
        self._address = ""
        self.log_file.unlink(missing_ok=True)

    def command(self) -> Sequence[str | Path]:
        """Return the broker's module with its topics."""
        return [sys.executable, "-m", "scizoo.demo.broker", *self.topics]

    def answers(self) -> bool:
        """Tell whether it has printed its address, which it does once the topics are there."""
        found = LISTENING.search(self.log_file.read_text(encoding="utf-8"))
        self._address = found[1] if found else ""
        return bool(found)
