"""The Tango database in Python, on SQLite: for trying out and for tests."""

from collections.abc import Sequence
from pathlib import Path

import tango

from scizoo.services.ports import LOOPBACK, accepts, free_port
from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.system_packages import script


class TangoDatabase(Service):
    """``PyDatabaseds`` with its database file in the run folder."""

    name = "tango-db"

    def __init__(self, folder: RunFolder, bound: bool = True, port: int | None = None) -> None:
        super().__init__(folder, bound)
        self.port = port or free_port()

    @property
    def address(self) -> str:
        """TANGO_HOST."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Choose the file, and the environment of every Tango process."""
        file = self.folder.data(self.name) / "tango.db"
        self.variables = {**self.folder.environment(self.address), "PYTANGO_DATABASE_NAME": str(file)}

    def command(self) -> Sequence[str | Path]:
        """Return the server with its port, and the instance that Tango expects."""
        return [script("PyDatabaseds"), "--host", LOOPBACK, "--port", str(self.port), "2"]

    def answers(self) -> bool:
        """Ask for its information, once it accepts connections."""
        return accepts(self.port) and database_answers(self.port)


def database_answers(port: int) -> bool:
    """Tell whether a Tango database on loopback answers on a port."""
    try:
        tango.Database(LOOPBACK, port).get_info()
    except tango.DevFailed:
        return False
    return True
