"""Which store the settings name. Secrets come from a file or the environment, never from a property."""

import stat
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from scidog.errors import StoreRefusedError
from scidog.file_store import FileStore
from scidog.mongo_store import MongoStore
from scidog.store import Store

URI_VARIABLE = "SCIDOG_MONGO_URI"
MONGO = ("mongodb", "mongodb+srv")


def open_store(
    place: str, scope: str, environ: Mapping[str, str], uri_file: Path | None = None, database: str = "scidog"
) -> Store:
    """Return the store; nothing is asked of it yet.

    Parameters
    ----------
    place
        A folder as absolute path; ``mongodb`` (the address stands in a file or in
        ``SCIDOG_MONGO_URI``); or a ``mongodb://`` address without a password.
    scope
        ``<beamline>`` or ``<beamline>/<endstation>``: SciDogs of one scope share their selections.
    environ
        The process's environment.
    uri_file
        File with the MongoDB address, readable by its owner alone.
    database
        Name of the MongoDB database.

    Raises
    ------
    StoreRefusedError
        When the place cannot be understood or a secret lies open.
    """
    if place.startswith("/"):
        return FileStore(Path(place))
    if place == "mongodb":
        return MongoStore(_secret_uri(environ, uri_file), scope, database)
    if urlsplit(place).scheme in MONGO:
        return MongoStore(_open_uri(place), scope, database)
    raise StoreRefusedError(
        f"store {place!r} is neither an absolute folder, nor mongodb, nor mongodb://<host>"
    )


def _secret_uri(environ: Mapping[str, str], uri_file: Path | None) -> str:
    if uri_file is not None:
        return _read_secret(uri_file)
    if uri := environ.get(URI_VARIABLE):
        return uri
    raise StoreRefusedError(f"where is MongoDB? name a file (MongoUriFile) or set {URI_VARIABLE}")


def _open_uri(uri: str) -> str:
    if "@" in urlsplit(uri).netloc:
        raise StoreRefusedError(
            "the store's address holds an account, and everybody can read a Tango property: "
            "move it into a file of mode 0600 and name that (Store=mongodb, MongoUriFile=…)"
        )
    return uri


def _read_secret(path: Path) -> str:
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise StoreRefusedError(f"{path} can be read by others: chmod 600 it")
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise StoreRefusedError(f"{path} cannot be read: {error.strerror}") from None
