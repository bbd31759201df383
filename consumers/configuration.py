"""The configuration of SciCow: one model, one YAML file, unknown keys refused."""

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from consumers.credentials import Secret
from consumers.errors import ConfigurationError
from scifish.forwarding.kafka_client import RECONNECT_MS
from scifish.messages import Beamline
from sdm.yaml_trouble import place_in_yaml

SinkName = Literal["mongodb", "scicat"]
TopicPrefix = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
MAY_BE_SECRET = {"password", "uri", "settings"}
"""Keys in which somebody may have written a secret that belongs into a file of its own."""
InstanceName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


class Strict(BaseModel):
    """Base of every section; a misspelt key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Kafka(Strict):
    """How to reach the brokers."""

    bootstrap_servers: str = Field(min_length=1, description="host:port, more than one with commas")
    instance: InstanceName | None = Field(
        default=None,
        description="stable name of this process in its group (static membership), another one for each "
        "process; null for a broker that does not know it, such as the embedded one",
    )
    session_timeout_s: float = Field(
        default=45, ge=6, le=300, description="a process that is silent for longer loses its partitions"
    )
    security_protocol: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = "plaintext"
    ca_file: Path | None = None
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = None
    username: str | None = None
    password: Secret | None = None

    def client(self) -> dict[str, Any]:
        """Return the librdkafka settings that every client of ours shares, secrets included."""
        settings: dict[str, Any] = {
            "bootstrap.servers": self.bootstrap_servers,
            "security.protocol": self.security_protocol,
            "allow.auto.create.topics": False,
            "reconnect.backoff.ms": RECONNECT_MS,
            "log_level": 0,  # lines wait for a poll, in memory; LastWord says why a broker is not reached
        }
        if self.ca_file is not None:
            settings["ssl.ca.location"] = str(self.ca_file)
        if self.sasl_mechanism is not None:
            settings["sasl.mechanism"] = self.sasl_mechanism
            settings["sasl.username"] = self.username or ""
            settings["sasl.password"] = self.password.read().get_secret_value() if self.password else ""
        return settings


class Topics(Strict):
    """What ``scicow topics`` gives the topics it makes."""

    replication: int = Field(default=3, ge=1, le=9)
    min_insync_replicas: int = Field(default=2, ge=1, le=9)
    retention_days: int = Field(default=90, ge=1, description="of captures and receipts")

    @model_validator(mode="after")
    def _can_be_written(self) -> "Topics":
        if self.min_insync_replicas > self.replication:
            raise ValueError("min_insync_replicas is above replication: nothing could ever be written")
        return self


class BeamlineEntry(Strict):
    """A beamline, and the sinks its captures go to."""

    name: Beamline
    sinks: tuple[SinkName, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_sink_once(self) -> "BeamlineEntry":
        if len(set(self.sinks)) != len(self.sinks):
            raise ValueError(f"beamline {self.name!r} names a sink twice")
        return self


class Mongo(Strict):
    """A MongoDB database. Indexes are made by us; MongoDB 5.2 or later (``$sortArray``)."""

    uri: str = Field(pattern=r"^mongodb(\+srv)?://", description="without user and password")
    username: str | None = None
    password: Secret | None = None
    auth_source: str = "admin"
    database: str = Field(pattern=r"^[A-Za-z0-9_-]{1,38}$")
    timeout_s: float = Field(default=20, gt=0, le=120, description="longest single operation")

    @model_validator(mode="after")
    def _no_secret_in_the_uri(self) -> "Mongo":
        if urlsplit(self.uri).password:
            raise ValueError("the uri holds a password: use 'username' and 'password: {file: …}'")
        return self


class ScicatOwnership(Strict):
    """Which groups a dataset in SciCat belongs to; ``{proposal}`` and ``{beamline}`` are filled in."""

    owner_group: str = "{proposal}"
    access_groups: tuple[str, ...] = ("{beamline}",)
    contact_email: str = Field(
        default="", description="used when the user office knows no address of the principal investigator"
    )


class Scicat(Strict):
    """A SciCat backend."""

    url: str = Field(pattern=r"^https?://", description="without /api")
    username: str
    password: Secret
    ownership: ScicatOwnership = ScicatOwnership()
    creation_location: str = "/{facility}/{beamline}"
    instruments: dict[str, str] = Field(default={}, description="beamline to SciCat's instrumentId")
    timeout_s: float = Field(default=30, gt=0, le=120, description="longest single request")
    settle_s: float = Field(
        default=60,
        ge=0,
        description="a request that timed out may still be saved: files are not posted again before",
    )


class Office(Strict):
    """The user office, and what it may tell."""

    kind: str = "yaml"
    settings: dict[str, str] = {}
    cache_s: float = Field(default=600, ge=0, description="an answer is asked for again after this")
    proprietary_types: tuple[str, ...] = Field(
        default=("Proprietary",), description="the office's words for proposals without title or abstract"
    )


class Configuration(Strict):
    """Everything SciCow must know."""

    kafka: Kafka
    topic_prefix: TopicPrefix = "scizoo"
    group_prefix: TopicPrefix = Field(
        default="scicow", description="consumer groups are <prefix>-mongodb and <prefix>-scicat"
    )
    topics: Topics = Topics()
    beamlines: tuple[BeamlineEntry, ...] = Field(min_length=1)
    pid_prefixes: tuple[str, ...] = Field(default=(), description="empty: every prefix is accepted")
    state_database: Mongo
    mongodb: Mongo | None = None
    scicat: Scicat | None = None
    user_office: Office | None = None

    @model_validator(mode="after")
    def _every_sink_is_described(self) -> "Configuration":
        names = [entry.name for entry in self.beamlines]
        if len(set(names)) != len(names):
            raise ValueError(f"a beamline is listed twice: {names}")
        if self.scicat is not None and self.user_office is None:
            raise ValueError("scicat needs a user_office: a dataset there has a principal investigator")
        for entry in self.beamlines:
            for sink in entry.sinks:
                if getattr(self, sink) is None:
                    raise ValueError(f"beamline {entry.name!r} names sink {sink!r}, which has no section")
        return self

    def group(self, sink: SinkName) -> str:
        """Return the consumer group of a sink; one for each, so that none holds another up."""
        return f"{self.group_prefix}-{sink}"

    def beamlines_of(self, sink: SinkName) -> list[str]:
        """Return the beamlines whose captures go to a sink."""
        return [entry.name for entry in self.beamlines if sink in entry.sinks]

    def sinks_of(self, beamline: str) -> list[str]:
        """Return the sinks of a beamline, none for one that is not listed."""
        return [sink for entry in self.beamlines if entry.name == beamline for sink in entry.sinks]


def load(path: Path) -> Configuration:
    """Read a configuration file.

    Raises
    ------
    ConfigurationError
        With the file, the key and the value that is wrong; a value that may be a secret is not told.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not YAML: {place_in_yaml(error)}") from None
    if not isinstance(found, dict):
        raise ConfigurationError(f"{path} has no sections: is it the configuration of SciCow?")
    try:
        return Configuration.model_validate(found)
    except ValidationError as error:
        raise ConfigurationError(f"{path}: {_explain(error)}") from None


def _explain(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(step) for step in item['loc']) or 'configuration'}: {item['msg']}{_got(item)}"
        for item in error.errors(include_url=False)[:5]
    )


def _got(item: ErrorDetails) -> str:
    """Return the value that is wrong, unless it may be a secret."""
    value = item["input"]
    is_told = isinstance(value, bool | int | float | str) and item["type"] != "extra_forbidden"
    return f" (got {str(value)[:80]!r})" if is_told and not MAY_BE_SECRET.intersection(item["loc"]) else ""
