"""The files of a scan: what the other recorders write, and what the records point to."""

import os.path
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote, urlsplit

from sardana_recorders.environ import HDF5_ENDINGS
from scifish.scan_file import ScanFile

NOT_NAMED_YET = "[ScanId]"
"""Sardana's FIO recorder carries this in its file name until the scan has begun."""


def master_files(recorders: Iterable[Any], scan_id: str | None) -> list[ScanFile]:
    """Return the files of the scan's other recorders, on the macro's thread.

    Parameters
    ----------
    recorders
        The live recorders of the scan; one that could not be made is absent.
    scan_id
        Sardana's ScanID, which names the scan's group in a shared HDF5 file.
    """
    files = []
    for recorder in recorders:
        name = getattr(recorder, "filename", None)
        if isinstance(name, str) and name and NOT_NAMED_YET not in name:
            files.append(ScanFile(os.path.normpath(name), _entry(recorder, name, scan_id)))
    return files


def referenced_files(addresses: Iterable[str]) -> list[ScanFile]:
    """Return the files that value references point to, each once; addresses of no file are left out.

    Parameters
    ----------
    addresses
        Such as ``h5file:///data/img_001.h5::entry/data`` or ``file:///data/img_001.tiff``.
    """
    paths = (path_of(address) for address in addresses)
    return [ScanFile(path, role="external") for path in dict.fromkeys(path for path in paths if path)]


def path_of(address: str) -> str | None:
    """Return the absolute path inside a value reference, None when it names no local file."""
    parts = urlsplit(address)
    if not parts.scheme.endswith("file") or parts.netloc not in ("", "localhost"):
        return None
    path = unquote(parts.path).split("::", 1)[0]
    return os.path.normpath(path) if path.startswith("/") else None


def _entry(recorder: Any, name: str, scan_id: str | None) -> str | None:
    if not name.lower().endswith(HDF5_ENDINGS):
        return None
    entry = getattr(recorder, "entryname", None)
    if isinstance(entry, str) and entry != "entry":
        return entry
    return f"entry{scan_id}" if scan_id else None
