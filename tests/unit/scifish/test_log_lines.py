"""What keeps an outage out of the log is switched on where processes are made."""

import subprocess
import sys

from consumers.configuration import Kafka
from scifish.forwarding.kafka_client import RECONNECT_MS, KafkaClient

PROCESS = """
import logging
from scifish.repeats import log_to_stderr
log_to_stderr(logging.INFO)
for _ in range(20):
    logging.getLogger("scicow").warning("broker away")
logging.getLogger("scicow").info("reads on")
"""


def test_a_process_writes_a_repeated_line_once() -> None:
    said = subprocess.run([sys.executable, "-c", PROCESS], capture_output=True, text=True, check=True).stderr
    assert [line.partition(" WARNING ")[2] for line in said.splitlines()] == ["broker away", ""]


def test_clients_of_kafka_take_their_time_to_try_again() -> None:
    for settings in (KafkaClient("kafka:9092").settings(), Kafka(bootstrap_servers="kafka:9092").client()):
        assert settings["reconnect.backoff.ms"] == RECONNECT_MS >= 1000
