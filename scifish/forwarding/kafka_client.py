"""How this facility's Kafka is reached: addresses, and security from a file that only we may read."""

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scifish.errors import SettingsError

OURS = frozenset(
    {
        "acks",
        "allow.auto.create.topics",
        "auto.offset.reset",
        "enable.auto.commit",
        "enable.idempotence",
        "group.id",
        "partitioner",
    }
)
"""Settings on which delivery rests: a file may not change them."""

RECONNECT_MS = 1000
"""A lone broker that is away is tried at half of this all the time; the client's own is 100."""


@dataclass(frozen=True)
class KafkaClient:
    """Where the brokers are and how to log in; its repr shows no option's value."""

    bootstrap: str
    options: Mapping[str, str] = field(default_factory=dict, repr=False)

    def settings(self) -> dict[str, str | int | bool]:
        """Return the settings that producers and consumers share."""
        return {
            "bootstrap.servers": self.bootstrap,
            "reconnect.backoff.ms": RECONNECT_MS,
            "log_level": 3,
            **self.options,
        }


def read_kafka_options(path: Path) -> dict[str, str]:
    """Read ``key=value`` lines in librdkafka's words, e.g. ``sasl.password=…``; ``#`` begins a comment.

    Raises
    ------
    SettingsError
        The file cannot be read, others than its owner can read it too, or a line is not allowed.
        No value of the file stands in the text.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"Kafka settings {path} cannot be read: {type(error).__name__}") from None
    if mode & 0o077:
        raise SettingsError(f"Kafka settings {path} have mode {mode:04o}: chmod 600, others could read them")
    lines = enumerate(text.splitlines(), start=1)
    return dict(_option(path, number, line) for number, line in lines if line.split("#")[0].strip())


def _option(path: Path, number: int, line: str) -> tuple[str, str]:
    key, equals, value = (piece.strip() for piece in line.partition("="))
    if not equals or not key:
        raise SettingsError(f"Kafka settings {path}, line {number} is not <key>=<value>")
    if key in OURS:
        raise SettingsError(f"Kafka settings {path}, line {number}: {key!r} is fixed, delivery rests on it")
    return key, value


def is_embedded(cluster_id: str | None) -> bool:
    """Tell the broker inside librdkafka, which demos use, from a Kafka.

    It calls itself ``mockCluster…``, keeps a few MB in memory and forgets them when it ends.
    """
    return cluster_id is not None and cluster_id.startswith("mockCluster")


def describe_cluster(bootstrap: str, cluster_id: str | None) -> str:
    """Return what is behind an address, for people."""
    if is_embedded(cluster_id):
        return f"{bootstrap}, the embedded broker: in memory, for trying out only"
    return f"{bootstrap}, Kafka cluster {cluster_id or 'without a name'}"
