"""Apache Kafka without ZooKeeper: one broker, or three that replicate each other."""

import base64
import os
import re
import subprocess
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from scizoo.services.errors import ServiceError
from scizoo.services.java import java_program
from scizoo.services.ports import LOOPBACK, accepts, free_port
from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.system_packages import system_folder

LOG_SETTINGS = Path(__file__).with_name("log4j2.properties")
NO_LITTER = "-XX:-UsePerfData"  # a file in the temporary folder otherwise
MEMORY = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
FORMAT_LIMIT_S = 120


@dataclass(frozen=True)
class Node:
    """One broker of a cluster: its number and its two ports on loopback."""

    number: int
    port: int
    controller_port: int


class KafkaBroker(Service):
    """One broker, which is also a controller."""

    def __init__(
        self, folder: RunFolder, node: Node, cluster: Sequence[Node], cluster_id: str, name: str, bound: bool
    ) -> None:
        super().__init__(folder, bound)
        self.name = name
        self.node = node
        self.cluster = list(cluster)
        self.cluster_id = cluster_id

    @property
    def address(self) -> str:
        """Where clients reach this broker."""
        return f"{LOOPBACK}:{self.node.port}"

    def prepare(self) -> None:
        """Write the settings, and format the log folder once."""
        home = self.folder.data(self.name)
        settings = home / "server.properties"
        settings.write_text(server_properties(self.node, self.cluster, home / "data"), encoding="utf-8")
        if not (home / "data" / "meta.properties").exists():
            self._format(settings)

    def command(self) -> Sequence[str | Path]:
        """Return the broker's class in a Java machine with little memory."""
        home = self.folder.data(self.name)
        own_files = f"-Djava.io.tmpdir={home}"
        return [*java_command(*MEMORY, own_files), "kafka.Kafka", home / "server.properties"]

    def answers(self) -> bool:
        """Tell whether it knows all brokers of its cluster."""
        if not accepts(self.node.port):
            return False
        client = AdminClient({"bootstrap.servers": self.address, "log_level": 0})
        try:
            return len(client.list_topics(timeout=1).brokers) == len(self.cluster)
        except KafkaException:
            return False

    def _format(self, settings: Path) -> None:
        command = java_command("-XX:TieredStopAtLevel=1")
        command += ["kafka.tools.StorageTool", "format", f"--cluster-id={self.cluster_id}", "-c", settings]
        done = subprocess.run(command, capture_output=True, text=True, timeout=FORMAT_LIMIT_S, check=False)
        if done.returncode:
            raise ServiceError(f"Kafka cannot format {settings.parent}: {done.stdout}{done.stderr}")


class ApacheKafka:
    """A cluster of brokers under one name, used like a single service."""

    kind = "Apache Kafka"

    def __init__(self, folder: RunFolder, bound: bool = True, brokers: int = 1, name: str = "kafka") -> None:
        self.name = name
        nodes = [Node(number, free_port(), free_port()) for number in range(1, brokers + 1)]
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        names = [name] if brokers == 1 else [f"{name}-{node.number}" for node in nodes]
        self.brokers = [
            KafkaBroker(folder, node, nodes, cluster_id, label, bound)
            for node, label in zip(nodes, names, strict=True)
        ]

    @property
    def address(self) -> str:
        """Bootstrap addresses of all brokers, with commas between."""
        return ",".join(broker.address for broker in self.brokers)

    @property
    def pid(self) -> int | None:
        """Process id of the first broker."""
        return self.brokers[0].pid

    @property
    def log_file(self) -> Path:
        """Log of the first broker."""
        return self.brokers[0].log_file

    @property
    def alive(self) -> bool:
        """Whether all brokers run."""
        return all(broker.alive for broker in self.brokers)

    def start(self) -> None:
        """Start all brokers and return at once."""
        for broker in self.brokers:
            broker.start()

    def wait_ready(self, limit_s: float | None = None) -> None:
        """Return when every broker knows all of them."""
        for broker in self.brokers:
            broker.wait_ready(limit_s)

    def stop(self) -> None:
        """Stop all brokers."""
        for broker in self.brokers:
            broker.stop()


def server_properties(node: Node, cluster: Sequence[Node], data: Path) -> str:
    """Return the settings of one broker; replication follows the number of brokers."""
    replicas = len(cluster)
    in_sync = max(1, replicas - 1)
    voters = ",".join(f"{other.number}@{LOOPBACK}:{other.controller_port}" for other in cluster)
    listeners = f"PLAINTEXT://{LOOPBACK}:{node.port},CONTROLLER://{LOOPBACK}:{node.controller_port}"
    settings = {
        "process.roles": "broker,controller",
        "node.id": node.number,
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        "listeners": listeners,
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{node.port}",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "offsets.topic.num.partitions": 1,
        "offsets.topic.replication.factor": replicas,
        "transaction.state.log.num.partitions": 1,
        "transaction.state.log.replication.factor": replicas,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": 1,
        "share.coordinator.state.topic.replication.factor": replicas,
        "share.coordinator.state.topic.min.isr": in_sync,
        "group.initial.rebalance.delay.ms": 0,
        "broker.session.timeout.ms": 3000,
        "broker.heartbeat.interval.ms": 500,
    }
    return "".join(f"{key}={value}\n" for key, value in settings.items())


def java_command(*options: str) -> list[str | Path]:
    """Return Java with Kafka's classes and a quiet log."""
    classes = kafka_home() / "libs" / "*"
    logging = f"-Dlog4j2.configurationFile={LOG_SETTINGS}"
    return [java_program(), NO_LITTER, *options, logging, "-cp", str(classes)]


def kafka_home() -> Path:
    """Return ``KAFKA_HOME``, else where ``make setup`` put Kafka's classes.

    Raises
    ------
    ServiceError
        Kafka is neither here nor there.
    """
    given = os.environ.get("KAFKA_HOME")
    home = Path(given) if given else system_folder() / "kafka"
    if not any((home / "libs").glob("kafka-server-*.jar")):
        cure = "point KAFKA_HOME to an unpacked Kafka" if given else "run `make setup`, or set KAFKA_HOME"
        raise ServiceError(f"no Apache Kafka in {home}/libs: {cure}")
    return home


def kafka_version() -> str:
    """Return the version of the Kafka that would be started, as its own files name it."""
    jar = next((kafka_home() / "libs").glob("kafka-server-[0-9]*.jar"))
    found = re.fullmatch(r"kafka-server-(.+)\.jar", jar.name)
    return found[1] if found else jar.name
