"""Looks whether a scan's entry in an HDF5 file has come to its end.

This runs inside the process that writes the file, where the HDF5 library knows each file once: as
long as we have it open for reading, Sardana cannot open it for the next scan, which then fails
("file is already open for read-only"). So opening, looking and closing are one step under h5py's
own lock, 0.1 ms long.
"""

import h5py
from h5py._objects import phil


def entry_has_ended(path: str, entry: str) -> bool:
    """Tell whether ``<entry>/end_time`` stands in a file; False as long as it cannot be read.

    Parameters
    ----------
    path
        Of the HDF5 file.
    entry
        Name of the scan's group.
    """
    with phil:
        try:
            return _look(path, entry)
        except (OSError, RuntimeError, KeyError, ValueError):
            return False  # another process writes it right now


def _look(path: str, entry: str) -> bool:
    try:
        return _has_end(path, entry, locking=False)
    except OSError:
        # Sardana has it open: the library then wants the same kind of locking, and shares.
        return _has_end(path, entry, locking=None)


def _has_end(path: str, entry: str, locking: bool | None) -> bool:
    with h5py.File(path, "r", locking=locking) as file:
        return f"{entry}/end_time" in file
