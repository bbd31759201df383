"""A Tango device server: its registration in the database, and the process."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import tango

from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.system_packages import script

BUSY_LIMIT_MS = 20_000
"""For an answer of a part that starves on a busy machine; TANGO's own 3 s are soon over there."""

Properties = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True)
class Device:
    """A device to register: name ``domain/family/member``, class, properties."""

    name: str
    device_class: str
    properties: Properties = field(default_factory=dict)


class DeviceServer(Service):
    """``<executable> <instance>``, serving the devices that it registers before it starts.

    Parameters
    ----------
    tango_host
        The database as ``host:port``.
    executable
        Name of the server, and by default of the command in this virtual environment.
    """

    def __init__(
        self,
        folder: RunFolder,
        tango_host: str,
        name: str,
        executable: str,
        devices: Sequence[Device],
        instance: str = "demo",
        bound: bool = True,
    ) -> None:
        super().__init__(folder, bound)
        self.name = name
        self.tango_host = tango_host
        self.executable = executable
        self.instance = instance
        self.devices = list(devices)
        self.variables = folder.environment(tango_host)

    @property
    def address(self) -> str:
        """Name of its first device."""
        return self.devices[0].name

    @property
    def server(self) -> str:
        """Name of the server in the Tango database."""
        return f"{self.executable}/{self.instance}"

    def proxy(self, device: str | None = None) -> tango.DeviceProxy:
        """Return a proxy, which has patience, of a device in this server's database, by default the first."""
        proxy = tango.DeviceProxy(f"tango://{self.tango_host}/{device or self.address}")
        proxy.set_timeout_millis(BUSY_LIMIT_MS)
        return proxy

    def prepare(self) -> None:
        """Write devices and properties into the Tango database."""
        database = connect(self.tango_host)
        for device in self.devices:
            register(database, self.server, device)

    def command(self) -> Sequence[str | Path]:
        """Return the server's command."""
        return [script(self.executable), self.instance]

    def answers(self) -> bool:
        """Tell whether the process we started has exported its admin device, and answers."""
        try:
            info = connect(self.tango_host).get_device_info(f"dserver/{self.server}")
            if not info.exported or info.pid != self.pid:
                return False
            self.proxy(f"dserver/{self.server}").ping()
        except tango.DevFailed:
            return False
        return True


class ModuleServer(DeviceServer):
    """``python -m <module> <instance>``: a server that is no command of ours.

    Parameters
    ----------
    executable
        Name of the server in the database; Tango's own choice is the last part of the module's name.
    """

    def __init__(
        self,
        folder: RunFolder,
        tango_host: str,
        name: str,
        module: str,
        devices: Sequence[Device],
        instance: str = "demo",
        bound: bool = True,
        executable: str | None = None,
    ) -> None:
        server = executable or module.rpartition(".")[2]
        super().__init__(folder, tango_host, name, server, devices, instance, bound)
        self.module = module

    def command(self) -> Sequence[str | Path]:
        """Return the module in this Python."""
        return [sys.executable, "-m", self.module, self.instance]


def connect(tango_host: str) -> tango.Database:
    """Return the database at ``host:port``."""
    host, _, port = tango_host.rpartition(":")
    database = tango.Database(host, int(port))
    database.set_timeout_millis(BUSY_LIMIT_MS)
    return database


def register(database: tango.Database, server: str, device: Device) -> None:
    """Add a device to a server, or move it there, and put its properties."""
    info = tango.DbDevInfo()
    info.server, info._class, info.name = server, device.device_class, device.name
    database.add_device(info)
    values = {
        key: [value] if isinstance(value, str) else list(value) for key, value in device.properties.items()
    }
    if values:
        database.put_device_property(device.name, values)
