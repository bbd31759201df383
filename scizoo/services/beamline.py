"""A whole beamline with its catalogue on one machine: everything started in order, everything stopped."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from scizoo.services import capture_devices, catalogue
from scizoo.services.embedded_broker import EmbeddedBroker
from scizoo.services.kafka import ApacheKafka, KafkaBroker
from scizoo.services.mongod import Mongod
from scizoo.services.registry import Registry
from scizoo.services.run_folder import RunFolder
from scizoo.services.sardana import Sardana
from scizoo.services.scicow import Scicow, make_topics, write_configuration
from scizoo.services.service import Service
from scizoo.services.simulation import Simulation
from scizoo.services.site import Site
from scizoo.services.tango_db import TangoDatabase
from scizoo.services.user_office import Duo, OfficeChoice, yaml_office

Broker = Literal["embedded", "kafka"]
OfficeKind = Literal["yaml", "duo"]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """What is started beside the beamline's own parts.

    Attributes
    ----------
    broker
        The embedded one, in memory, or Apache Kafka.
    scicat_url
        A SciCat backend to write into as well; the account stands in the environment.
    user_office
        The site's YAML file itself, or a DUO of ours that serves its proposals.
    bound
        Whether everything dies with this process; else it stays up for ``scizoo services``.
    """

    broker: Broker = "embedded"
    scicat_url: str | None = None
    user_office: OfficeKind = "yaml"
    bound: bool = True


class Beamline:
    """All services of a site, as one.

    Starting puts the variables of Tango and of the capture host into this process's environment:
    everything started or asked from here on uses this beamline.

    Attributes
    ----------
    registry
        Where another process finds what runs.
    """

    def __init__(self, site: Site, options: Options = Options()) -> None:
        self.site = site
        self.options = options
        self.folder = RunFolder(site.folder)
        self.registry = Registry(self.folder.real)
        bound = options.bound
        self.tango_db = TangoDatabase(self.folder, bound)
        self.mongod = Mongod(self.folder, bound)
        self.kafka = self._broker()
        self.duo = Duo(self.folder, site.office, bound) if options.user_office == "duo" else None
        self.sardana = Sardana(self.folder, self.tango_db.address, bound=bound)
        self.started: list[Service | KafkaBroker] = []

    @property
    def environment(self) -> dict[str, str]:
        """Return what a program needs to be a client of this beamline."""
        return self.folder.environment(self.tango_db.address)

    def start(self, tell: Tell = lambda _: None) -> None:
        """Start everything and return when all of it is ready.

        Parameters
        ----------
        tell
            Called with a line for people at each stage.

        Raises
        ------
        ServiceError
            A service did not start or answer; what had started is stopped again.
        """
        self.registry.stop_all()
        os.environ.update(self.environment)
        try:
            self.site.make_data_root()
            tell("starting the Tango database, Kafka and MongoDB")
            self._up([self.tango_db, *self._brokers(), self.mongod, *([self.duo] if self.duo else [])])
            tell("starting Sardana, the beamline's devices and the consumers")
            self._up([*self._devices(), *self._consumers()])
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop everything, the last started first."""
        for service in reversed(self.started):
            service.stop()
        self.started.clear()
        self.registry.stop_all()
        self.folder.remove_link()

    def _up(self, services: Sequence[Service]) -> None:
        """Start services side by side, then wait for each."""
        for service in services:
            service.start()
            self.started.append(service)
            self.registry.write(self.started)
        for service in services:
            service.wait_ready()
        self.registry.write(self.started)

    def _broker(self) -> EmbeddedBroker | ApacheKafka:
        if self.options.broker == "kafka":
            return ApacheKafka(self.folder, self.options.bound)
        topics = catalogue.topic_names(self.site.beamline)
        return EmbeddedBroker(self.folder, topics, self.options.bound)

    def _brokers(self) -> list[Service]:
        return list(self.kafka.brokers) if isinstance(self.kafka, ApacheKafka) else [self.kafka]

    def _office(self) -> OfficeChoice:
        return self.duo.choice if self.duo else yaml_office(self.site.office)

    def _devices(self) -> list[Service]:
        """Return Sardana, which takes longest, before the others."""
        host = self.tango_db.address
        devices: list[Service] = [
            self.sardana,
            Simulation(self.folder, host),
            capture_devices.path_fixer(
                self.folder, host, self.site, self.sardana.macro_server, self._office()
            ),
            capture_devices.sci_dog(self.folder, host, self.site, self.mongod.address),
            capture_devices.sci_fish(self.folder, host, self.site, self.kafka.address),
            capture_devices.sci_fly(self.folder, host),
        ]
        for device in devices:
            device.bound = self.options.bound
        return devices

    def _consumers(self) -> list[Service]:
        file = catalogue.configuration_file(self.folder.path)
        apache = isinstance(self.kafka, ApacheKafka)
        url = self.options.scicat_url
        described = catalogue.configuration(
            self.site, self.kafka.address, self.mongod.address, url, apache, self._office()
        )
        write_configuration(file, described)
        if apache:
            make_topics(file)
        sinks = ["mongodb", *(["scicat"] if url else [])]
        return [Scicow(self.folder, sink, file, self.options.bound) for sink in sinks]
