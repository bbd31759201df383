"""Say whether the consumers that feed the catalogues are alive, as their heartbeats tell."""

from collections.abc import Callable, Iterator

import tango

from scifish.forwarding.consumer_watch import ConsumerState
from scizoo.asking import ask, ask_all
from scizoo.checks.finding import Finding, bad, good
from scizoo.devices import find_devices

LIMIT_S = 1.0


def check_consumers(beamline: str | None = None) -> Iterator[Finding]:
    """Ask each SciFish what it has heard of the consumers; a silent one is told by the device check."""
    try:
        devices = ask(lambda: find_devices(beamline)["SciFish"], LIMIT_S)
    except Exception:  # noqa: BLE001 - whatever keeps the database silent is told by the device check
        return
    answers = ask_all({device: _asking(device) for device in devices}, LIMIT_S)
    for device, answer in answers.items():
        if not isinstance(answer, Exception):
            yield from judge(device, answer)


def judge(device: str, consumers: list[ConsumerState]) -> Iterator[Finding]:
    """Say of each sink whether its consumer is alive, and when none has ever been heard of."""
    for consumer in consumers:
        part = f"scicow {consumer.sink}"
        if consumer.alive:
            yield good(part, f"alive since {consumer.since}")
        elif consumer.alive is None:
            yield bad(part, f"cannot be heard by {device} now", f"see the status of {device}")
        else:
            cure = f"on its host: scicow run --sink {consumer.sink}, or see its log; captures wait meanwhile"
            yield bad(part, f"silent, {device} heard of it last: {consumer.since or 'never'}", cure)
    if not consumers:
        cure = "on the consumer's host: scicow run --sink …; captures wait meanwhile"
        yield bad("scicow", f"{device} has not heard of any consumer of this beamline", cure)


def _asking(device: str) -> Callable[[], list[ConsumerState]]:
    def question() -> list[ConsumerState]:
        lines = tango.DeviceProxy(device).read_attribute("Consumers").value or ()
        return [ConsumerState.model_validate_json(line) for line in lines]

    return question
