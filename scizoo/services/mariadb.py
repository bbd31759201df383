"""MariaDB on loopback, its data in the run folder."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from scizoo.services.errors import ServiceError
from scizoo.services.ports import LOOPBACK, accepts, free_port
from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.system_packages import libraries, program, unpacked

LIMIT_S = 240


class MariaDb(Service):
    """``mariadbd`` with small buffers; root logs in by its socket without a password."""

    name = "mariadb"

    def __init__(self, folder: RunFolder, bound: bool = True) -> None:
        super().__init__(folder, bound)
        self.port = free_port()
        self.variables = libraries()

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def socket(self) -> Path:
        """Where root logs in."""
        return self.folder.path / "mariadb.sock"

    def prepare(self) -> None:
        """Make an empty data folder, once."""
        data = self.folder.data(self.name) / "data"
        if data.exists():
            return
        install = program("mariadb-install-db", "usr/bin/mariadb-install-db")
        options = [f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"]
        self._call([install, "--no-defaults", *_base(install), *options, "--skip-name-resolve", *_as_root()])

    def command(self) -> Sequence[str | Path]:
        """Return the server."""
        server = program("mariadbd", "usr/sbin/mariadbd")
        home = self.folder.data(self.name)
        places = [f"--datadir={home / 'data'}", f"--tmpdir={home}", f"--socket={self.socket}"]
        places += [f"--pid-file={home / 'pid'}", f"--bind-address={LOOPBACK}", f"--port={self.port}"]
        small = ["--innodb-buffer-pool-size=32M", "--innodb-log-file-size=16M", "--skip-name-resolve"]
        return [server, "--no-defaults", *_base(server), *places, *small, *_as_root()]

    def answers(self) -> bool:
        """Tell whether it accepts connections."""
        return accepts(self.port) and self.socket.exists()

    def execute(self, statements: str) -> None:
        """Run statements as root, with the client's own words ``source`` and ``DELIMITER``.

        Raises
        ------
        ServiceError
            The client or the server refuses; with what it said.
        """
        client = program("mariadb", "usr/bin/mariadb")
        self._call([client, "--no-defaults", "-uroot", "-S", self.socket], statements)

    def _call(self, command: Sequence[str | Path], text: str = "") -> None:
        environment = {**os.environ, **self.variables}
        done = subprocess.run(
            command, input=text, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        if done.returncode:
            raise ServiceError(f"{Path(command[0]).name} failed: {done.stdout[-500:]}{done.stderr[-500:]}")


def _base(found: Path) -> list[str]:
    """Tell an unpacked program where its other files are."""
    root = unpacked("usr")
    if not found.is_relative_to(root):
        return []
    plugins = f"--plugin-dir={root / 'lib' / 'mysql' / 'plugin'}"
    return [f"--basedir={root}", *([plugins] if found.name == "mariadbd" else [])]


def _as_root() -> list[str]:
    """Let root run it: MariaDB refuses that without a word."""
    return ["--user=root"] if os.geteuid() == 0 else []
