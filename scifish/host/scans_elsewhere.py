"""The scans of a beamline's other capture hosts, as their SciFish devices tell them.

Everything happens in the background: nobody who asks here waits for a device or the database.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import tango
from pydantic import ValidationError

from scifish.attributes.poller import AttributePoller
from scifish.errors import NoDatabaseError
from scifish.host.scan_files import ScanFiles
from scifish.tango_database import devices_of, property_of

log = logging.getLogger(__name__)

ATTRIBUTE = "ScanFiles"
FIND_PERIOD_S = 30.0
RETRY_S = 1.0
LAG_S = 3.0
"""A scan committed this long before an answer came stands in it: what SciFish tells it has looked up at
most 2 s ago, and a call takes half a second at most."""


@dataclass(frozen=True)
class HostScans:
    """What one other SciFish says.

    Attributes
    ----------
    scans
        As it answered last.
    heard_s
        When that was: s, monotonic clock; None: never.
    trouble
        Why it does not answer now.
    """

    device: str
    scans: tuple[ScanFiles, ...] = ()
    heard_s: float | None = None
    trouble: str | None = None

    def knows_of(self, at_s: float) -> bool:
        """Tell whether every scan is in this that had begun at a moment (s, monotonic clock)."""
        return self.heard_s is not None and self.heard_s - LAG_S >= at_s


class _Host:
    """One other SciFish, asked every second."""

    def __init__(self, device: str) -> None:
        self.told = HostScans(device, trouble="has not answered yet")
        self._elements: tuple[str, ...] = ()
        self._poller = AttributePoller(device, ATTRIBUTE, self._answered, self._silent, kind=(tuple, list))
        self._poller.start()

    def close(self) -> None:
        self._poller.close()

    def _answered(self, value: Any) -> None:
        elements = tuple(value)
        scans = self.told.scans
        if elements != self._elements:
            try:
                scans = tuple(ScanFiles.model_validate_json(element) for element in elements)
            except ValidationError as error:
                self._silent(f"gave something unreadable: {error}")
                return
            self._elements = elements
        self.told = HostScans(self.told.device, scans, time.monotonic())

    def _silent(self, why: str) -> None:
        self.told = HostScans(self.told.device, self.told.scans, self.told.heard_s, why)


class ScansElsewhere:
    """Finds the SciFish devices of a beamline and keeps known what they say.

    Parameters
    ----------
    beamline
        Value of their property Beamline.
    own
        Returns the name of this host's own SciFish, which is not asked: its spools are read.
    """

    def __init__(self, beamline: str, own: Callable[[], str | None]) -> None:
        self._beamline, self._own = beamline, own
        self._hosts: dict[str, _Host] | None = None
        self._trouble = "the Tango database has not answered yet"
        self._closed = threading.Event()
        threading.Thread(target=self._run, name="scifish-hosts", daemon=True).start()

    def hosts(self) -> list[HostScans]:
        """Return what each other SciFish says; until the database has named them, one that is silent."""
        hosts = self._hosts
        if hosts is None:
            return [HostScans("of this beamline", trouble=self._trouble)]
        return [host.told for host in hosts.values()]

    def close(self) -> None:
        """Ask no more; waits for nothing."""
        self._closed.set()

    def _run(self) -> None:
        with tango.EnsureOmniThread():
            while not self._closed.is_set():
                self._find_safely()
                self._closed.wait(RETRY_S if self._hosts is None else FIND_PERIOD_S)
            for host in (self._hosts or {}).values():
                host.close()

    def _find_safely(self) -> None:
        try:
            self._take(find_sci_fish(self._beamline))
        except NoDatabaseError as error:
            self._trouble = str(error)
        except Exception as error:  # edge of the thread: it must live, and the reason be seen
            log.exception("the other capture hosts cannot be found")
            self._trouble = f"{type(error).__name__}: {error}"

    def _take(self, devices: list[str]) -> None:
        before = self._hosts or {}
        wanted = {
            device.lower(): device for device in devices if device.lower() != (self._own() or "").lower()
        }
        for name in before.keys() - wanted.keys():
            before[name].close()
        self._hosts = {name: before.get(name) or _Host(device) for name, device in wanted.items()}


def find_sci_fish(beamline: str) -> list[str]:
    """Return the SciFish devices of a beamline out of the Tango database; raises NoDatabaseError."""
    return [device for device in devices_of("SciFish") if property_of(device, "Beamline") == beamline]
