"""A small file system in memory that only some processes see: nothing is mounted for others.

As root it is mounted in a mount name space of its own (``unshare -m``), else in a user name space too
(``unshare -rm``).
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.name_space import OPTIONS

FILL = """
import sys
with open(sys.argv[1], "wb", buffering=0) as file:
    for size in (65536, 4096):
        try:
            while True:
                file.write(bytes(size))
        except OSError:
            pass
"""


class SmallDisk:
    """A tmpfs at a folder, in the name space of one process that holds it.

    Parameters
    ----------
    folder
        Where it is mounted.
    holder
        Its process id.
    """

    def __init__(self, folder: Path, holder: int) -> None:
        self.folder, self._holder = folder, holder

    @property
    def filler(self) -> Path:
        """The file that fills it."""
        return self.folder / "filler"

    def wrapper(self, working_folder: Path) -> list[str]:
        """Return the words that let a program see this disk; it becomes that program."""
        user = [] if os.geteuid() == 0 else ["--user", "--preserve-credentials"]
        where = ["--mount", "--root", f"--wdns={working_folder}"]
        return ["nsenter", f"--target={self._holder}", *user, *where, "--"]

    def fill(self) -> None:
        """Leave no space on it."""
        self.run("python3", "-c", FILL, str(self.filler))

    def free(self) -> None:
        """Take away what fills it."""
        self.run("rm", str(self.filler))

    def run(self, *command: str) -> str:
        """Run a program that sees this disk, and return what it prints."""
        words = [*self.wrapper(Path("/")), *command]
        done = subprocess.run(words, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mount it for as long as the block lasts."""
    folder.mkdir()
    script = (
        f"mount -t tmpfs -o size={megabytes}m,mode=2770 none {folder} && echo mounted && exec sleep infinity"
    )
    command = ["unshare", OPTIONS, "sh", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as holder:
        try:
            assert holder.stdout is not None
            said = holder.stdout.readline()
            assert said == "mounted\n", f"cannot mount in a name space of its own: {said}"
            yield SmallDisk(folder, holder.pid)
        finally:
            holder.kill()
