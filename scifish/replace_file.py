"""Files that are whole or not there: written aside, synced, then put in place."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MODE = 0o660


def replace_file(path: Path, text: str) -> None:
    """Replace a file's text durably; readers see the old or the new one, never a part."""
    with _written(path, text) as temporary:
        temporary.replace(path)
    _sync_folder(path.parent)


def create_file(path: Path, text: str) -> None:
    """Make a file durably; raise FileExistsError, leaving it alone, when it is there already."""
    with _written(path, text) as temporary:
        os.link(temporary, path)
    _sync_folder(path.parent)


@contextmanager
def _written(path: Path, text: str) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), MODE)
            os.fsync(file.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
