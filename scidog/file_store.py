"""Selections as files: one JSON per selection and revision, for a beamline without a database."""

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from pydantic import ValidationError

from scidog.errors import RevisionTakenError, StoreAwayError, StoreRefusedError
from scidog.saved import Contents, Saved
from scifish.messages import explain
from scifish.replace_file import create_file, replace_file

LONGEST_NAME = 150
"""Characters of a file name that a selection's name may fill; longer ones are cut and hashed."""


class FileStore:
    """``selections/<name>.<revision>.json`` and ``active.json`` below a folder.

    Parameters
    ----------
    folder
        Made by the first save when missing, its parent must exist; on a disk that knows hard links.
        Looking makes nothing: the empty folder would pass for the store of a disk that is not mounted.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.selections = folder / "selections"
        self.active = folder / "active.json"

    @property
    def place(self) -> str:
        """Where the files are."""
        return f"folder {self.folder}"

    def stamp(self) -> str:
        """Return how many revisions there are, and the active name."""
        with self._reachable():
            return f"{len(self._files())} {self._active()}"

    def is_new(self) -> bool:
        """Tell whether there is no revision at all."""
        with self._reachable():
            return not self._files()

    def contents(self) -> Contents:
        """Return the newest revisions and the active name."""
        with self._reachable():
            newest = {_slug_of(path): path for path in self._files()}
            kept = [saved for saved in map(_read, newest.values()) if not saved.deleted]
            kept.sort(key=lambda saved: saved.name)
            return Contents(active=self._active(), newest=tuple(kept))

    def history(self, name: str) -> list[Saved]:
        """Return all revisions of a selection, newest first."""
        with self._reachable():
            found = [_read(path) for path in self._files() if _slug_of(path) == _slug(name)]
            return sorted(
                (saved for saved in found if saved.name == name), key=lambda it: it.revision, reverse=True
            )

    def add(self, saved: Saved) -> None:
        """Add a revision as a file of its own."""
        path = self.selections / f"{_slug(saved.name)}.{saved.revision:06d}.json"
        with self._reachable():
            self._make_folders()
            try:
                create_file(path, saved.model_dump_json(indent=2) + "\n")
            except FileExistsError:
                if _read(path) != saved:
                    raise RevisionTakenError(f"{path} exists already") from None

    def set_active(self, name: str) -> None:
        """Replace ``active.json``."""
        with self._reachable():
            self._make_folders()
            replace_file(self.active, json.dumps({"active": name}, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Nothing is held open."""

    def _active(self) -> str | None:
        try:
            return str(json.loads(self.active.read_bytes())["active"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise StoreRefusedError(
                f'{self.active} is not {{"active": <name>}}: correct or remove it'
            ) from None

    def _files(self) -> list[Path]:
        try:
            return sorted(path for path in self.selections.iterdir() if path.suffix == ".json")
        except FileNotFoundError:
            return []

    def _make_folders(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.selections.mkdir(exist_ok=True)

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            if not self.folder.parent.is_dir():
                raise StoreAwayError(f"{self.folder.parent} is not there (is the disk mounted?)")
            if not self.folder.exists() and not os.access(self.folder.parent, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.folder.parent))
            yield
        except PermissionError as error:
            raise StoreRefusedError(
                f"{error.filename}: permission denied; give it to this account"
            ) from error
        except OSError as error:
            raise StoreAwayError(f"{self.place}: {error.strerror}") from error


def _slug(name: str) -> str:
    quoted = quote(name, safe="")
    if len(quoted) <= LONGEST_NAME:
        return quoted
    return f"{quoted[:LONGEST_NAME]}~{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _slug_of(path: Path) -> str:
    return path.name.rsplit(".", 2)[0]


def _read(path: Path) -> Saved:
    try:
        return Saved.model_validate_json(path.read_bytes())
    except ValidationError as error:
        raise StoreRefusedError(f"{path} is not a saved selection: {explain(error)}; move it away") from None
