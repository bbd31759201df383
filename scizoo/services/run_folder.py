"""The folder of one run: logs, data and sockets of its services, and the environment they share."""

import hashlib
import os
import tempfile
from pathlib import Path

# cppTango 10.1 copies "giop:unix:<socket> <8 digits>" of a caller into 80 bytes and aborts beyond them;
# the kernel itself would take 107 characters.
SOCKET_LIMIT = 60
LONGEST_SOCKET = "omni/000000000-0000000000"


class RunFolder:
    """Everything that the services of one run write lies in here.

    Parameters
    ----------
    real
        Where the files are. A short link in the temporary folder stands for it when a socket's
        path in it would be too long for the kernel; ``remove_link`` takes that away.
    """

    def __init__(self, real: Path) -> None:
        self.real = real.resolve()
        self.path = self.real
        if len(str(self.real / LONGEST_SOCKET)) > SOCKET_LIMIT:
            self.path = _short_link(self.real)
        for folder in (self.real, self.real / "logs", self.real / "omni"):
            folder.mkdir(parents=True, exist_ok=True)
        self.capture_host.mkdir(exist_ok=True)
        self.capture_host.chmod(0o2770)
        self._link()

    @property
    def capture_host(self) -> Path:
        """The state folder of the capture host, mode 2770 setgid."""
        return self.real / "capture-host"

    def data(self, name: str) -> Path:
        """Return the folder of a service's own files, made when missing."""
        folder = self.path / name
        folder.mkdir(exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        """Return the log file of a service."""
        return self.path / "logs" / f"{name}.log"

    def environment(self, tango_host: str) -> dict[str, str]:
        """Return the variables that keep Tango on loopback and every file inside this folder."""
        return {
            "TANGO_HOST": tango_host,
            "ORBendPoint": "giop:tcp:127.0.0.1:0",
            "ORBunixTransportDirectory": str(self.path / "omni"),
            "TANGO_LOG_PATH": str(self.path),
            "SCIZOO_STATE": str(self.capture_host),
        }

    def remove_link(self) -> None:
        """Take the short link away, if there is one."""
        if self.path != self.real:
            self.path.unlink(missing_ok=True)

    def _link(self) -> None:
        if self.path == self.real:
            return
        self.path.unlink(missing_ok=True)
        self.path.symlink_to(self.real)


def _short_link(real: Path) -> Path:
    digest = hashlib.sha256(str(real).encode()).hexdigest()[:8]
    return Path(tempfile.gettempdir()) / f"scizoo-{os.getuid()}-{digest}"
