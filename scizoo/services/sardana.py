"""Sardana: Pool, MacroServer and Doors in one process, with simulated motors and counters."""

import json
from collections.abc import Sequence
from pathlib import Path

import tango

from scizoo.services.device_server import Device, DeviceServer, connect
from scizoo.services.door import Door
from scizoo.services.run_folder import RunFolder
from scizoo.services.system_packages import CHECKOUT, script
from scizoo.services.waiting import wait_until

RECORDERS = CHECKOUT / "sardana_recorders" / "plugin"
MACROS = CHECKOUT / "sardana_recorders" / "macros"
MOTORS = ("mot01", "mot02", "mot03", "mot04")
FAST = {"Velocity": 1000.0, "Acceleration": 0.01, "Deceleration": 0.01}
WANTED = frozenset({*MOTORS, "ct01", "ct02", "ct03", "ct04", "mntgrp01"})
CONTROLLER = "DummyMotorController"  # listed as soon as the MacroServer has asked the Pool
POPULATE_LIMIT_S = 60.0


class Sardana(DeviceServer):
    """``Sardana <instance>`` with the elements of ``sar_demo``, its motors fast, its files as HDF5.

    The environment of the MacroServer is kept in the Tango database (``EnvironmentDb=property``):
    it belongs to the same elements, lives and dies with them, and needs no folder. Sardana's own
    default is a file in the temporary folder, which a reboot drops and a second database inherits.

    Parameters
    ----------
    doors
        How many; the first is ``Door/<instance>/1``.
    scan_dir
        Where scans are saved until PathFixer says where; none: scans are not saved.
    """

    ready_limit_s = 90.0

    def __init__(
        self,
        folder: RunFolder,
        tango_host: str,
        instance: str = "demo",
        doors: int = 1,
        scan_dir: Path | None = None,
        bound: bool = True,
    ) -> None:
        self.door_names = [f"Door/{instance}/{number}" for number in range(1, doors + 1)]
        self.macro_server = f"macroserver/{instance}/1"
        self.pool = f"pool/{instance}/1"
        self.scan_dir = scan_dir
        devices = _devices(self.pool, self.macro_server, self.door_names)
        super().__init__(folder, tango_host, "sardana", "Sardana", devices, instance, bound)
        self.variables = {**self.variables, "HDF5_USE_FILE_LOCKING": "TRUE"}

    @property
    def address(self) -> str:
        """Name of the first Door."""
        return self.door_names[0]

    def door(self, number: int = 1) -> Door:
        """Return a Door to run macros on."""
        return Door(self.proxy(self.door_names[number - 1]))

    def command(self) -> Sequence[str | Path]:
        """Return the server without a log file of its own under the temporary folder."""
        return [script("Sardana"), self.instance, "--log-level=info", "--without-log-file=True"]

    def answers(self) -> bool:
        """Tell whether the MacroServer runs macros: a Door is ON long before that."""
        return super().answers() and self._elements() is not None

    def furnish(self) -> None:
        """Make the simulated elements once, and wait until the MacroServer lists them all."""
        if not self._complete():
            self._populate()

    def _populate(self) -> None:
        wait_until(self._knows_the_pool, POPULATE_LIMIT_S, "the Pool's controllers in the MacroServer")
        door = self.door()
        door.run("sar_demo", limit_s=POPULATE_LIMIT_S)
        wait_until(self._complete, POPULATE_LIMIT_S, f"elements {', '.join(sorted(WANTED))} in Sardana")
        for motor in MOTORS:
            self._make_fast(motor)
        door.run("senv", "ActiveMntGrp", "mntgrp01")
        door.run("senv", "ScanFile", "scans.h5")
        if self.scan_dir:
            door.run("senv", "ScanDir", self.scan_dir)

    def _knows_the_pool(self) -> bool:
        return CONTROLLER in (self._elements() or frozenset())

    def _make_fast(self, motor: str) -> None:
        name = connect(self.tango_host).get_device_from_alias(motor)
        proxy = self.proxy(name)
        for attribute, value in FAST.items():
            proxy.write_attribute(attribute, value)

    def _complete(self) -> bool:
        return (self._elements() or frozenset()) >= WANTED

    def _elements(self) -> frozenset[str] | None:
        """Return the names the MacroServer knows, none while it does not run macros yet."""
        try:
            _, text = self.proxy(self.macro_server).read_attribute("Elements").value
        except tango.DevFailed:
            return None
        return frozenset(element["name"] for element in json.loads(text).get("new", ()))


def _devices(pool: str, macro_server: str, doors: Sequence[str]) -> list[Device]:
    """Return the three kinds of devices of a Sardana server, with the properties it would ask for."""
    settings = {
        "PoolNames": pool,
        "EnvironmentDb": "property",
        "RecorderPath": str(RECORDERS),
        "MacroPath": str(MACROS),
    }
    return [
        Device(pool, "Pool"),
        Device(macro_server, "MacroServer", settings),
        *(Device(door, "Door", {"MacroServerName": macro_server}) for door in doors),
    ]
