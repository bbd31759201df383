"""A consumer's sign of life, from its heart to the forwarder's numbers."""

from datetime import datetime, timezone
from uuid import uuid4

import pytest

from consumers.configuration import Configuration
from consumers.heart import Heart
from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.kafka_client import KafkaClient
from scifish.forwarding.settings import ForwarderSettings
from scifish.heartbeat import Heartbeat
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scizoo.services.embedded_broker import EmbeddedBroker
from tests.waiting import wait_for


def told(forwarder):
    return {consumer.sink: consumer.alive for consumer in forwarder.status.consumers}


def test_a_consumer_that_is_heard_is_alive_and_the_other_is_not_known_yet(beamline):
    forwarder = beamline.forward()
    now = datetime.now(timezone.utc)
    beamline.beat(Heartbeat(sink="mongodb", group="g", sinks=["mongodb", "scicat"], at=now))
    wait_for(lambda: told(forwarder) == {"mongodb": True, "scicat": None}, 15, "both sinks known")


def test_what_was_heard_in_an_earlier_life_is_known_but_not_alive(beamline):
    now = datetime.now(timezone.utc)
    beamline.beat(Heartbeat(sink="mongodb", group="g", sinks=["mongodb"], at=now))
    first = beamline.forward()
    wait_for(lambda: told(first) == {"mongodb": True}, 15, "the consumer known")
    first.stop()
    second = beamline.forward()
    wait_for(lambda: told(second) == {"mongodb": None}, 15, "the consumer remembered")


@pytest.fixture
def embedded(own_folder):
    """A broker that stamps nothing and may not be administered."""
    name = f"b{uuid4().hex[:8]}"
    broker = EmbeddedBroker(own_folder, [f"scizoo.{name}.{kind}" for kind in ("captures", "receipts")])
    broker.start()
    broker.wait_ready()
    yield name, broker.address
    broker.stop()


def test_the_embedded_broker_carries_it_too(embedded, state_folder):
    name, address = embedded
    mongo = {"uri": "mongodb://127.0.0.1:1", "database": "unused"}
    configuration = Configuration.model_validate(
        {
            "kafka": {"bootstrap_servers": address},
            "beamlines": [{"name": name, "sinks": ["mongodb"]}],
            "state_database": mongo,
            "mongodb": mongo,
        }
    )
    heart = Heart(configuration, "mongodb", lambda: datetime.now(timezone.utc))
    folder = StateFolder(state_folder)
    settings = ForwarderSettings(name, KafkaClient(address), "scifish@capture-1")
    forwarder = Forwarder(folder, Spool.open(folder, "scifish"), settings)
    forwarder.start()

    def heard() -> bool:
        heart.beat([f"scizoo.{name}.captures"], 0.0)
        return told(forwarder) == {"mongodb": True}

    wait_for(heard, 20, "the consumer alive")
    forwarder.stop()
