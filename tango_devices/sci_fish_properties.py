"""Properties of the SciFish device."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from scifish.forwarding.kafka_client import KafkaClient, read_kafka_options
from scifish.forwarding.settings import ForwarderSettings
from scifish.host.capture_host import forwarder_author
from scifish.messages import Beamline
from scifish.settings import Settings, parse_station
from scifish.state_folder import ROOT, StateFolder
from tango_devices.properties import Properties

HOUR_S, DAY_S = 3600.0, 86_400.0
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class SciFishProperties(Properties):
    """What this capture host belongs to, where its captures go, and the waits. Spans are in seconds."""

    beamline: Beamline
    facility: Name
    pid_prefix: Name = Field(description="the facility's handle prefix; there is no default")
    sessions: tuple[str, ...] = Field(
        default=(), description="<Door, MacroServer or *>=<PathFixer>,<SciDog>,<endstation>"
    )
    begin_wait: float = Field(default=0.25, ge=0, le=10)
    end_wait: float = Field(default=0.25, ge=0, le=10)
    context_max_age: float = Field(default=12 * HOUR_S, ge=0)
    call_limit: float = Field(
        default=0.9,
        ge=0.1,
        le=30,
        description="longest call to a device that hangs; a MacroServer that ends waits for it",
    )
    array_limit: int = Field(default=4096, ge=1)
    file_wait: float = Field(default=60, ge=0)
    kafka_bootstrap: str | None = Field(default=None, description="host:port, with commas between")
    kafka_config_file: Path | None = Field(default=None, description="security, mode 0600: key=value lines")
    topic_prefix: Name = "scizoo"
    keep_time: float = Field(default=30 * DAY_S, ge=0, description="rows stay so long after the last answer")
    resend_after: float = Field(default=HOUR_S, gt=0, description="without a final answer, doubling")
    resend_longest: float = Field(default=DAY_S, gt=0)

    def settings(self) -> Settings:
        """Return what every producer of this host reads; SettingsError names a wrong line of Sessions."""
        return Settings(
            beamline=self.beamline,
            facility=self.facility,
            pid_prefix=self.pid_prefix,
            stations=tuple(parse_station(line) for line in self.sessions),
            begin_wait_s=self.begin_wait,
            end_wait_s=self.end_wait,
            context_max_age_s=self.context_max_age,
            call_limit_s=self.call_limit,
            array_limit=self.array_limit,
            file_wait_s=self.file_wait,
        )

    def forwarding(self) -> ForwarderSettings:
        """Return what the forwarder needs; raises SettingsError when the Kafka file cannot be used."""
        options = read_kafka_options(self.kafka_config_file) if self.kafka_config_file else {}
        return ForwarderSettings(
            beamline=self.beamline,
            kafka=KafkaClient(self.kafka_bootstrap, options) if self.kafka_bootstrap else None,
            author=forwarder_author(),
            topic_prefix=self.topic_prefix,
            keep_s=self.keep_time,
            resend_after_s=self.resend_after,
            resend_longest_s=self.resend_longest,
            file_wait_s=self.file_wait,
        )

    def state_folder(self) -> StateFolder:
        """Return ``SCIZOO_STATE``, else the beamline's folder below ``/var/lib/scizoo``."""
        given = os.environ.get("SCIZOO_STATE")
        return StateFolder(Path(given).absolute() if given else ROOT / self.beamline)
