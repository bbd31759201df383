"""Services for as long as a fixture lives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from scizoo.services.device_server import DeviceServer
from scizoo.services.kafka import ApacheKafka
from scizoo.services.service import Service

Part = TypeVar("Part", bound=Service | ApacheKafka)
OURS = ("PathFixer", "SciDog", "SciFish", "SciFly")
END_LIMIT_S = 30.0


def serving(service: Part) -> Iterator[Part]:
    """Start a service, hand it to the tests once it is ready, stop it whatever happens."""
    try:
        service.start()
        service.wait_ready()
        yield service
    finally:
        complaint = stop(service)
    assert not complaint, complaint


def stop(service: Service | ApacheKafka) -> str | None:
    """Stop a service, and return what is wrong with its end.

    A device of ours that is alive must end by itself: neither by a crash on the way out nor only when
    it is killed.
    """
    if not (service.alive and isinstance(service, DeviceServer) and service.executable in OURS):
        service.stop()
        return None
    code = service.stop(END_LIMIT_S)
    return f"{service.name} ended with {code}" if code else None


@contextmanager
def serving_many() -> Iterator[Callable[[Part], Part]]:
    """``with serving_many() as start:`` starts what it is given, and stops it all at the end."""
    started: list[Part] = []

    def start(service: Part) -> Part:
        started.append(service)
        service.start()
        service.wait_ready()
        return service

    try:
        yield start
    finally:
        complaints = [complaint for service in started if (complaint := stop(service))]
    assert not complaints, complaints
