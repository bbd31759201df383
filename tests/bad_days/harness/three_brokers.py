"""The trial beamline on three brokers instead of one, for as long as a test wants it."""

from collections.abc import Iterator
from contextlib import contextmanager

from scizoo.services.capture_devices import SCI_FISH
from scizoo.services.kafka import ApacheKafka
from tests.bad_days.harness import words
from tests.bad_days.harness.devices import init
from tests.bad_days.harness.trial_beamline import CONSUMERS, TrialBeamline

UP_LIMIT_S = 180


@contextmanager
def three_brokers(beamline: TrialBeamline) -> Iterator[ApacheKafka]:
    """Start the brokers, lead forwarder and consumers to them, and back at the end."""
    kafka = ApacheKafka(beamline.parts.folder, brokers=3, name="three")
    ordinary = beamline.configuration.read_text()
    try:
        kafka.start()
        kafka.wait_ready(UP_LIMIT_S)
        beamline.configure_consumers("kafka", bootstrap_servers=kafka.address)
        beamline.configure_consumers("topics", replication=3, min_insync_replicas=2)
        words.apply_topics(beamline.configuration)
        _go_to(beamline, kafka.address)
        yield kafka
    finally:
        beamline.configuration.write_text(ordinary)
        _go_to(beamline, beamline.parts.kafka.address)
        kafka.stop()


def _go_to(beamline: TrialBeamline, address: str) -> None:
    beamline.set_properties(SCI_FISH, KafkaBootstrap=address)
    init(SCI_FISH)
    for name in CONSUMERS:
        beamline.restart(name)
