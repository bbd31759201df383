"""Bad things that befall no process: what it talks to answers wrongly, forgets, or is full of garbage."""

from contextlib import suppress
from dataclasses import dataclass

import tango
from confluent_kafka import KafkaException

from consumers.testing import scicat_server
from consumers.testing.hostile import corpus
from tests.bad_days.harness.kafka_words import CAPTURES, KafkaWords
from tests.bad_days.harness.log_of_captures import LogOfCaptures, Record
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.devices import device

HUNG_S = 3.0


@dataclass(frozen=True)
class SciCatIll:
    """It answers every request with 503."""

    service: str = "scicat"
    name: str = "SciCat ill"
    weight: int = 2

    def start(self, beamline: TrialBeamline) -> None:
        beamline.scicat.always = scicat_server.Fault(503)

    def heal(self, beamline: TrialBeamline) -> None:
        beamline.scicat.always = None


@dataclass(frozen=True)
class Garbage:
    """Somebody writes the whole hostile corpus into the topic, should Kafka answer."""

    service: str = "kafka"
    name: str = "garbage on the topic"
    weight: int = 1

    def start(self, beamline: TrialBeamline) -> None:
        address = beamline.parts.kafka.address
        if KafkaWords(address).topics():
            log = LogOfCaptures(address, beamline.configuration)
            log.put(*(Record(hostile.key, hostile.value) for hostile in corpus()))

    def heal(self, beamline: TrialBeamline) -> None:
        pass


@dataclass(frozen=True)
class Forgetful:
    """Kafka forgets every capture that it holds, read or not."""

    service: str = "kafka"
    name: str = "Kafka forgets"
    weight: int = 2

    def start(self, beamline: TrialBeamline) -> None:
        kafka = KafkaWords(beamline.parts.kafka.address)
        if kafka.topics():
            with suppress(KafkaException):  # one that was just started may lead nothing yet
                kafka.empty_topic(CAPTURES)

    def heal(self, beamline: TrialBeamline) -> None:
        pass


@dataclass(frozen=True)
class Hung:
    """A selected device answers nobody for a while, should it be there."""

    service: str = "simulation"
    name: str = "a device hangs"
    weight: int = 2

    def start(self, beamline: TrialBeamline) -> None:
        with suppress(tango.DevFailed):
            device("demo/sim/ring").Hang(HUNG_S)

    def heal(self, beamline: TrialBeamline) -> None:
        pass
