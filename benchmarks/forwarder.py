"""From a spool to Apache Kafka, all in-sync replicas: the forwarder against a bare producer."""

import contextlib
import sqlite3
import time

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.measure import Group, Number, in_turns, ratios
from benchmarks.place import Place
from benchmarks.typical import typical_message
from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.kafka_client import KafkaClient
from scifish.forwarding.sender import SETTINGS
from scifish.forwarding.settings import ForwarderSettings
from scifish.messages import CaptureMessage
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.testing.capture_messages import new_identity
from scizoo.services.waiting import wait_until

MESSAGES, ROUNDS = 1000, 10
BEAMLINE, BARE_TOPIC = "rate", "bare"
LIMIT_S = 60.0


def run(place: Place) -> Group:
    """Take the numbers."""
    settings = ForwarderSettings(BEAMLINE, KafkaClient(place.kafka()), "scifish@capture-1")
    _make_topics(place.kafka(), settings)
    folder = place.beamline.folder.data("forwarder")
    folder.chmod(0o2770)
    state = StateFolder(folder)
    spool, own = Spool.open(state, "sardana"), Spool.open(state, "scifish")
    forwarder, producer = Forwarder(state, own, settings), Producer({**_client(place.kafka()), **SETTINGS})
    forwarder.start()
    messages = [typical_message(number) for number in range(MESSAGES)]
    bodies = [(message.pid, message.to_bytes()) for message in messages]

    def forward() -> float:
        return _forward(spool, state, [message.model_copy(update=new_identity()) for message in messages])

    actions = {"ours": forward, "bare": lambda: _produce(producer, bodies)}
    in_turns(actions, 1)
    taken = in_turns(actions, ROUNDS)
    forwarder.stop()
    spool.close()
    own.close()
    return Group(
        f"Forwarder: {MESSAGES} messages of {len(bodies[0][1]) / 1000:.0f} kB at once, acks=all, one broker",
        [
            Number("spool to acknowledged and noted", "1/s", [MESSAGES / each for each in taken["ours"]]),
            Number("bare confluent-kafka producer", "1/s", [MESSAGES / each for each in taken["bare"]]),
            Number("time of the forwarder / bare", "ratio", ratios(taken["ours"], taken["bare"])),
        ],
    )


def _forward(spool: Spool, state: StateFolder, messages: list[CaptureMessage]) -> float:
    """Return the seconds from the commit of all messages to the note of their last acknowledgement."""
    wanted = _acknowledged(state) + MESSAGES
    spool.commit(*messages)
    begin = time.perf_counter()
    wait_until(lambda: _acknowledged(state) >= wanted, LIMIT_S, "all messages acknowledged")
    return time.perf_counter() - begin


def _produce(producer: Producer, bodies: list[tuple[str, bytes]]) -> float:
    begin = time.perf_counter()
    for pid, body in bodies:
        producer.produce(BARE_TOPIC, body, key=pid)
        producer.poll(0)
    producer.flush(LIMIT_S)
    return time.perf_counter() - begin


def _acknowledged(state: StateFolder) -> int:
    query = "SELECT value FROM fact WHERE key = 'acknowledged'"
    with contextlib.closing(sqlite3.connect(f"{state.forwarder_db.as_uri()}?mode=ro", uri=True)) as ledger:
        found = ledger.execute(query).fetchone()
    return int(found[0]) if found else 0


def _make_topics(address: str, settings: ForwarderSettings) -> None:
    names = (settings.captures_topic, settings.receipts_topic, BARE_TOPIC)
    stamped = {"message.timestamp.type": "LogAppendTime"}
    topics = [NewTopic(name, 1, 1, config=stamped) for name in names]
    admin = AdminClient(_client(address))  # its futures end with it
    for future in admin.create_topics(topics).values():
        future.result(LIMIT_S)


def _client(address: str) -> dict[str, str | int]:
    return {"bootstrap.servers": address, "log_level": 0}
