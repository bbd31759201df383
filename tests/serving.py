"""A service for as long as a fixture lives."""

from collections.abc import Iterator
from typing import TypeVar

from scizoo.services.kafka import ApacheKafka
from scizoo.services.service import Service

Part = TypeVar("Part", bound=Service | ApacheKafka)


def serving(service: Part) -> Iterator[Part]:
    """Start a service, hand it to the tests once it is ready, stop it whatever happens."""
    try:
        service.start()
        service.wait_ready()
        yield service
    finally:
        service.stop()
