"""A state folder, and forwarders on it, one life after the other, that know of no Kafka."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.settings import ForwarderSettings
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder

SETTINGS = ForwarderSettings("demo", None, "scifish@capture-1", remove_period_s=0.2)
Forward = Callable[..., tuple[Forwarder, Spool]]


@pytest.fixture
def folder(state_folder: Path) -> StateFolder:
    return StateFolder(state_folder)


@pytest.fixture
def forward(folder: StateFolder) -> Iterator[Forward]:
    """Start a forwarder, and its own spool, as a new process life of SciFish would."""
    lives: list[tuple[Forwarder, Spool]] = []

    def stop() -> None:
        while lives:
            forwarder, spool = lives.pop()
            forwarder.stop()
            spool.close()

    def start(**settings: Any) -> tuple[Forwarder, Spool]:
        stop()
        spool = Spool.open(folder, "scifish")
        lives.append((Forwarder(folder, spool, replace(SETTINGS, **settings)), spool))
        lives[-1][0].start()
        return lives[-1]

    yield start
    stop()
