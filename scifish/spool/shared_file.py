"""Files that two accounts of one group write."""

import os
from pathlib import Path


def make_shared_file(path: Path, *, exclusive: bool = False) -> None:
    """Make an empty file of mode 0660 whatever the umask says; an existing one is left as it is.

    Parameters
    ----------
    path
        In a folder that gives its group to what is made in it.
    exclusive
        Raise FileExistsError when it is there already.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o660)
    except FileExistsError:
        if exclusive:
            raise
        return
    os.fchmod(descriptor, 0o660)
    os.close(descriptor)
