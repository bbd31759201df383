"""Sardana: Pool, MacroServer and Doors in one process, with simulated motors and counters."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import tango

from scizoo.services.device_server import Device, DeviceServer, connect
from scizoo.services.door import Door, MacroError
from scizoo.services.pool import Pool
from scizoo.services.run_folder import RunFolder
from scizoo.services.system_packages import CHECKOUT, script
from scizoo.services.waiting import wait_until

RECORDERS = CHECKOUT / "sardana_recorders" / "plugin"
MACROS = CHECKOUT / "sardana_recorders" / "macros"
MOTORS = ("mot01", "mot02", "mot03", "mot04")
COUNTERS = ("ct01", "ct02", "ct03", "ct04")
GROUP = "mntgrp01"
TRIGGER = "tg02"
CONTROLLERS = (
    ("Motor", "DummyMotorController", "motctrl01", MOTORS),
    ("CTExpChannel", "DummyCounterTimerController", "ctctrl01", COUNTERS),
    ("TwoDExpChannel", "DummyTwoDController", "twodctrl01", ("twod01",)),
    ("TriggerGate", "DummyTriggerGateController", "tgctrl01", ("tg01", TRIGGER)),
)
FAST = {"Velocity": 1000.0, "Acceleration": 0.01, "Deceleration": 0.01}
POPULATE_LIMIT_S = 120.0


class Sardana(DeviceServer):
    """``Sardana <instance>`` with fast simulated motors, counters and a camera, its files as HDF5.

    The elements bear the names that Sardana's ``sar_demo`` gives them.

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
        self._doors: dict[int, Door] = {}
        devices = _devices(self.pool, self.macro_server, self.door_names)
        super().__init__(folder, tango_host, "sardana", "Sardana", devices, instance, bound)
        self.variables = {**self.variables, "HDF5_USE_FILE_LOCKING": "TRUE"}

    @property
    def address(self) -> str:
        """Name of the first Door."""
        return self.door_names[0]

    def door(self, number: int = 1) -> Door:
        """Return a Door to run macros on, the same one until the server is started again."""
        if number not in self._doors:
            self._doors[number] = Door(self.proxy(self.door_names[number - 1]))
        return self._doors[number]

    def prepare(self) -> None:
        """Forget the Doors, whose events end with the server they came from."""
        super().prepare()
        self._doors.clear()

    def command(self) -> Sequence[str | Path]:
        """Return the server without a log file of its own under the temporary folder."""
        return [script("Sardana"), self.instance, "--log-level=info", "--without-log-file=True"]

    def answers(self) -> bool:
        """Tell whether the MacroServer runs macros: a Door is ON long before that."""
        return super().answers() and self._runs_macros()

    def furnish(self) -> None:
        """Make the simulated elements once, and wait until macros find them."""
        pool, door = Pool(self.tango_host, self.pool), self.door()
        if not pool.has(GROUP):
            self._set_up(door)
            self._populate(pool)
        wait_until(lambda: _knows_the_group(door), POPULATE_LIMIT_S, f"{GROUP} in the list of macro lsmeas")

    def _populate(self, pool: Pool) -> None:
        """Make what is missing, the group last: where it is, everything is."""
        for kind, class_name, controller, names in CONTROLLERS:
            pool.controller(kind, class_name, controller)
            for axis, name in enumerate(names, 1):
                pool.element(kind, controller, axis, name)
        self._write("ctctrl01", "Synchronizer", TRIGGER)
        for motor, (attribute, value) in product(MOTORS, FAST.items()):
            self._write(motor, attribute, value)
        pool.measurement_group(GROUP, *COUNTERS)

    def _set_up(self, door: Door) -> None:
        door.run("senv", "ActiveMntGrp", GROUP)
        door.run("senv", "ScanFile", "scans.h5")
        if self.scan_dir:
            door.run("senv", "ScanDir", self.scan_dir)

    def _write(self, element: str, attribute: str, value: float | str) -> None:
        name = connect(self.tango_host).get_device_from_alias(element)
        self.proxy(name).write_attribute(attribute, value)

    def _runs_macros(self) -> bool:
        """Ask for an attribute that the MacroServer allows once it runs macros, and does not cache."""
        try:
            self.proxy(self.macro_server).read_attribute("MacroList")
        except tango.DevFailed:
            return False
        return True


def _knows_the_group(door: Door) -> bool:
    """Ask a macro: the MacroServer's list of elements is a cache that a look in between leaves stale."""
    try:
        door.run("lsmeas")
    except MacroError:
        return False
    return GROUP in door.said()


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
