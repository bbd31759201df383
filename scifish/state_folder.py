"""The state folder of a capture host: where captures wait, and who may write there.

One folder per capture host, mode 2770 setgid with one group, files 0660, on a local disk: two
accounts share the databases in it (Linux and SQLite measured this way: without setgid or with
umask 022 the second account cannot write or even open them).
"""

import errno
import os
import socket
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scifish.errors import SettingsError

ROOT = Path("/var/lib/scizoo")
SHARED = 0o2770
"""Bits that the folder and its sub-folders need."""
NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "gpfs", "lustre", "beegfs", "9p"})


def host_name(environ: Mapping[str, str] = os.environ) -> str:
    """Return the capture host's name: ``SCIZOO_HOST``, else the machine's, without domain."""
    return environ.get("SCIZOO_HOST") or socket.gethostname().split(".")[0]


@dataclass(frozen=True)
class StateFolder:
    """Paths inside a state folder."""

    path: Path

    @property
    def spools(self) -> Path:
        """Databases ``<uuid>.db``, one per producer process life."""
        return self.path / "spools"

    @property
    def producers(self) -> Path:
        """Lock files ``<uuid>.lock``, held by their process for life."""
        return self.path / "producers"

    @property
    def forwarder_db(self) -> Path:
        """Return what the forwarder knows: sent rows, receipts, the offset of the receipts topic."""
        return self.path / "forwarder.db"

    @property
    def reserve(self) -> Path:
        """A file of pre-allocated space, given up when the disk is full."""
        return self.path / "reserve"

    def prepare(self) -> None:
        """Make the sub-folders, and prove by a write that captures can be kept here.

        Raises
        ------
        SettingsError
            The folder is missing, not shared with its group, on a network file system, or not
            writable by this account. A full disk is no reason: what can still be kept is found out
            by keeping it.
        """
        if not self.path.is_dir():
            raise SettingsError(f"state folder {self.path} does not exist: make it with mode 2770 setgid")
        kind = file_system_of(self.path)
        if kind in NETWORK_FILE_SYSTEMS:
            raise SettingsError(f"state folder {self.path} lies on {kind}; it must be a local disk")
        mode = stat.S_IMODE(self.path.stat().st_mode)
        if mode & SHARED != SHARED:
            raise SettingsError(
                f"state folder {self.path} has mode {mode:04o}: every account of the beamline's group must "
                f"be able to write there, and what it makes must keep the group: chmod 2770 {self.path}"
            )
        try:
            for folder in (self.spools, self.producers):
                make_shared(folder)
            with tempfile.TemporaryFile(dir=self.spools) as probe:
                probe.write(b"scizoo")
        except OSError as error:
            if error.errno == errno.ENOSPC:
                return  # told by the spool, which has a reserve for this
            account = os.geteuid()
            raise SettingsError(
                f"state folder {self.path} cannot be written by uid {account}: {error.strerror}; "
                f"give it to the beamline's group with mode 2770"
            ) from None


def make_shared(folder: Path) -> None:
    """Make a sub-folder that the group shares, or make an existing one so; raises OSError."""
    folder.mkdir(mode=0o770, exist_ok=True)
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & SHARED != SHARED:  # mkdir heeds the umask, and takes setgid from the folder above alone
        folder.chmod(mode | SHARED)


def find_state_folder(environ: Mapping[str, str] = os.environ, root: Path = ROOT) -> StateFolder:
    """Return ``SCIZOO_STATE``, else the only folder below ``/var/lib/scizoo``.

    Raises
    ------
    SettingsError
        When there is none, or more than one to choose from.
    """
    if given := environ.get("SCIZOO_STATE"):
        return StateFolder(Path(given).absolute())
    # Not Path.exists: that raises for a folder of another account, as PathFixer's beside the beamline's.
    found = sorted(path for path in root.glob("*") if os.path.exists(path / "settings.json"))  # noqa: PTH110
    if len(found) == 1:
        return StateFolder(found[0])
    names = ", ".join(path.name for path in found) or "none"
    raise SettingsError(f"which state folder? {root} holds {names}: set SCIZOO_STATE")


def file_system_of(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """Return the type of the file system that holds a path, e.g. ext4; empty when unknown."""
    best, kind = "", ""
    real = str(path.resolve())
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        _, point, name, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, name
    return kind
