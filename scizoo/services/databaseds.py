"""The facility's kind of Tango database: Debian's ``DataBaseds`` on a MariaDB of its own."""

from collections.abc import Sequence
from pathlib import Path

from scizoo.services.errors import ServiceError
from scizoo.services.mariadb import MariaDb
from scizoo.services.ports import LOOPBACK, accepts, free_port
from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.system_packages import libraries, unpacked
from scizoo.services.tango_db import database_answers

PROGRAM = "usr/lib/tango/DataBaseds"
TABLES = "usr/share/dbconfig-common/data/tango-db/install/mysql"
INCLUDED = "/usr/share/tango-db/"
DATABASE = USER = "tango"
PASSWORD = "tango"  # noqa: S105 (an empty database on loopback, thrown away with its folder)


class Databaseds(Service):
    """``DataBaseds``, its tables in a MariaDB that starts before it and stops after it."""

    name = "databaseds"

    def __init__(self, folder: RunFolder, bound: bool = True) -> None:
        super().__init__(folder, bound)
        self.port = free_port()
        self.mariadb = MariaDb(folder, bound)

    @property
    def address(self) -> str:
        """TANGO_HOST."""
        return f"{LOOPBACK}:{self.port}"

    def prepare(self) -> None:
        """Start MariaDB with an empty Tango database."""
        self.mariadb.start()
        self.mariadb.wait_ready()
        self.mariadb.execute(_schema())
        login = {"MYSQL_USER": USER, "MYSQL_PASSWORD": PASSWORD, "MYSQL_DATABASE": DATABASE}
        where = {"MYSQL_HOST": self.mariadb.address, "HOME": str(self.folder.path)}
        self.variables = {**self.folder.environment(self.address), **login, **where, **libraries()}

    def command(self) -> Sequence[str | Path]:
        """Return the server on its port, with the instance that Tango expects."""
        return [_installed(PROGRAM), "2", "-ORBendPoint", f"giop:tcp:{self.address}"]

    def answers(self) -> bool:
        """Ask for its information, once it accepts connections."""
        return accepts(self.port) and database_answers(self.port)

    def stop(self, grace_s: float = 5.0) -> None:
        """Stop both."""
        super().stop(grace_s)
        self.mariadb.stop(grace_s)


def _installed(path: str) -> Path:
    """Return a file of the package ``tango-db``: the machine's, else the unpacked one."""
    for candidate in (Path("/") / path, unpacked(path)):
        if candidate.exists():
            return candidate
    raise ServiceError(f"DataBaseds is not installed: /{path} is missing: run `make setup`")


def _schema() -> str:
    """Return the statements that make the database, its user, and the tables of the package."""
    tables = _installed(TABLES)
    text = tables.read_text(encoding="utf-8")
    text = text.replace(INCLUDED, f"{_installed('usr/share/tango-db')}/")
    accounts = "".join(
        f"CREATE USER IF NOT EXISTS '{USER}'@'{host}' IDENTIFIED BY '{PASSWORD}';\n"
        f"GRANT ALL ON {DATABASE}.* TO '{USER}'@'{host}';\n"
        for host in ("localhost", LOOPBACK)
    )
    return f"CREATE DATABASE {DATABASE};\n{accounts}USE {DATABASE};\n{text}"
