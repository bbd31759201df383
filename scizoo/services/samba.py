"""Samba as an Active Directory domain controller, in a network of its own. Root only; for tests.

Its port is fixed and its paths are compiled in, so the unpacked packages are laid over ``/usr`` in a
mount name space that ends with it: nothing of the machine is changed.
"""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from scizoo.services.certificates import make_certificates
from scizoo.services.errors import ServiceError
from scizoo.services.private_network import WayIn, listens
from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.system_packages import program, unpacked

REALM = "DEMO.TEST"
BASE = "DC=demo,DC=test"
ADMIN = "Administrator@demo.test"
PASSWORD = "Only-on-1-loopback"  # noqa: S105 (of a server that lives as long as a test)
LDAPS = 636
PROVISION_LIMIT_S = 240
LAY_OVER = """mount -t overlay overlay -o "lowerdir=$0:/usr" /usr &&
export LD_LIBRARY_PATH="/usr/lib/scizoo-python${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" && exec "$@"
"""
"""``make setup`` keeps Debian's libpython apart, see ``bootstrap/gui.py``."""


class Samba(Service):
    """A domain ``demo.test`` that answers LDAP over TLS only."""

    name = "samba"

    def __init__(self, folder: RunFolder) -> None:
        super().__init__(folder)
        self.certificates = make_certificates(folder.data(self.name))
        self._way_in: WayIn | None = None
        self.wrapper = self._own_spaces()

    @property
    def address(self) -> str:
        """URL, on this side of the way in."""
        return f"ldaps://localhost:{self._way_in.port if self._way_in else 0}"

    @property
    def _domain(self) -> Path:
        return self.folder.data(self.name) / "dc"

    def prepare(self) -> None:
        """Make the domain, once.

        Raises
        ------
        ServiceError
            ``samba-tool`` fails; with what it said.
        """
        if self._domain.exists():
            return
        tool = ["samba-tool", "domain", "provision", "--use-rfc2307", "--domain=DEMO", f"--realm={REALM}"]
        tool += ["--server-role=dc", "--dns-backend=NONE", f"--adminpass={PASSWORD}", "--host-name=dc1"]
        tool += ["--host-ip=127.0.0.1", f"--targetdir={self._domain}", "--option=interfaces=lo"]
        tool += ["--option=bind interfaces only=yes"]
        done = subprocess.run(
            [*self.wrapper, *tool], capture_output=True, text=True, timeout=PROVISION_LIMIT_S, check=False
        )
        if done.returncode:
            raise ServiceError(f"samba-tool failed: {done.stdout[-300:]}{done.stderr[-700:]}")

    def command(self) -> Sequence[str | Path]:
        """Return the server: LDAP only, in one process, every file in the run folder."""
        home = self.folder.data(self.name)
        files = self.certificates
        options = {
            "server services": "ldap",
            "pid directory": home,
            "ncalrpc dir": home / "ncalrpc",
            "winbindd socket directory": home / "winbindd",
            "ntp signd socket directory": home / "ntp",
            "log file": home / "log",
            "tls cafile": files.authority,
            "tls certfile": files.server,
            "tls keyfile": files.key,
        }
        words = [f"--option={name}={value}" for name, value in options.items()]
        configuration = f"--configfile={self._domain / 'etc' / 'smb.conf'}"
        return ["samba", "-i", "-M", "single", configuration, "--debug-stdout", "-d1", *words]

    def answers(self) -> bool:
        """Tell whether it accepts connections in its network."""
        if self.pid is None or not self.alive or not listens(self.pid, LDAPS):
            return False
        if self._way_in is None:
            self._way_in = WayIn(self.pid, LDAPS)
        return True

    def stop(self, grace_s: float = 5.0) -> None:
        """End it, and the way in."""
        super().stop(grace_s)
        if self._way_in:
            self._way_in.close()
            self._way_in = None

    @staticmethod
    def _own_spaces() -> list[str]:
        """Return the words that put a program into a network and a view of the files of its own."""
        words = ["unshare", "--net", "--mount", "--", sys.executable, "-m", "scizoo.services.private_network"]
        if program("samba", "usr/sbin/samba").is_relative_to(unpacked("usr")):
            words += ["sh", "-c", LAY_OVER, str(unpacked("usr"))]
        return words
