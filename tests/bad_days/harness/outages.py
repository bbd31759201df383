"""Bad things that happen to processes, and their end: by the name in ``scizoo services list``."""

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from scizoo.services.service import Service
from tests.processes import is_frozen
from tests.waiting import wait_for

DEATH_LIMIT_S = 90.0
"""Of a process that may still be starting when it comes to its fault point."""


class Outages:
    """Kills, freezes and restarts services, and remembers which are no longer as they were.

    Parameters
    ----------
    services
        All of a beamline, in the order in which they were started.

    Attributes
    ----------
    disturbed
        Those that others may have missed for a while: killed, frozen or started.
    """

    def __init__(self, services: Sequence[Service]) -> None:
        self._services = {service.name: service for service in services}
        self._altered: set[str] = set()
        """Started with variables of a test's own."""
        self._may_die: set[str] = set()
        """Those whose death a test has brought about or awaited."""
        self.disturbed = set(self._services)

    def service(self, name: str) -> Service:
        """Return a service: kafka, mongod, sardana, scifish, scicow-mongodb, …"""
        return self._services[name]

    def kill(self, name: str) -> None:
        """``kill -9``."""
        self.send(name, signal.SIGKILL)
        self.wait_dead(name)

    def send(self, name: str, number: signal.Signals) -> None:
        """Send a signal to this one process, and to nothing that it forked."""
        service = self._services[name]
        assert service.pid is not None and service.alive, f"{name} is dead already"
        self.disturbed.add(name)
        os.kill(service.pid, number)

    def stop(self, name: str) -> None:
        """End it as an administrator does."""
        self._may_die.add(name)
        self._services[name].stop()

    def freeze(self, name: str) -> None:
        """SIGSTOP: it still holds its sockets and locks, and answers nobody."""
        self.send(name, signal.SIGSTOP)
        self.wait_frozen(name)

    def thaw(self, name: str) -> None:
        """Let a frozen process go on."""
        self.send(name, signal.SIGCONT)

    def start(self, name: str, fault: str = "", wait: bool = True, **variables: str) -> None:
        """Start a dead service.

        Parameters
        ----------
        fault
            ``SCIZOO_FAULT`` of this life, such as ``forwarder.acknowledged:kill``.
        wait
            Until it answers; a fault may not let it come so far.
        variables
            More of its environment.
        """
        service = self._services[name]
        changes = {**variables, **({"SCIZOO_FAULT": fault} if fault else {})}
        ordinary = dict(service.variables)
        service.variables = {**ordinary, **changes}
        try:
            service.start()
        finally:
            service.variables = ordinary
        self._may_die.discard(name)
        self.disturbed.add(name)
        (self._altered.add if changes else self._altered.discard)(name)
        if wait:
            service.wait_ready()

    def restart(self, name: str, fault: str = "", wait: bool = True, **variables: str) -> None:
        """End it and start it again, on the same address with the same data."""
        self.stop(name)
        self.start(name, fault, wait, **variables)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """``with beamline.without("kafka"):`` it is killed, and started again at the end."""
        self.kill(name)
        yield
        self.start(name)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """``with beamline.frozen("scifish"):`` and it goes on at the end."""
        self.freeze(name)
        try:
            yield
        finally:
            self.thaw(name)

    @contextmanager
    def upset(self, name: str) -> Iterator[None]:
        """Whatever is done inside a process is undone at the end of the block; else it is started anew."""
        self._altered.add(name)
        yield
        self._altered.discard(name)

    def wait_dead(self, name: str, limit_s: float = DEATH_LIMIT_S) -> None:
        """Wait until it has been killed, for example at its fault point."""
        self._may_die.add(name)
        wait_for(lambda: not self._services[name].alive, limit_s, f"the death of {name}")

    def wait_frozen(self, name: str, limit_s: float = DEATH_LIMIT_S) -> None:
        """Wait until it has been stopped, for example at its fault point."""
        wait_for(lambda: self._is_frozen(name), limit_s, f"{name} frozen")

    def heal_services(self) -> None:
        """Let every service run as it was meant to."""
        for name, service in self._services.items():
            if service.alive and self._is_frozen(name):
                self.thaw(name)
        for name in filter(self._is_ill, self._services):
            self.restart(name)

    def died_by_themselves(self) -> list[str]:
        """Return the services that are dead although nobody has killed or stopped them."""
        dead = [name for name, service in self._services.items() if not service.alive]
        return [name for name in dead if name not in self._may_die | self._altered]

    def _is_frozen(self, name: str) -> bool:
        pid = self._services[name].pid
        return pid is not None and is_frozen(pid)

    def _is_ill(self, name: str) -> bool:
        return name in self._altered or not self._services[name].alive
