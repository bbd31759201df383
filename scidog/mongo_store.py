"""Selections in MongoDB: collections ``revisions`` (only ever added to) and ``active``.

Writes wait for a majority of the replica set and its journal; reads are of what a majority has,
so that what SciDog publishes is never rolled back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from pydantic import ValidationError
from pymongo import ASCENDING, DESCENDING, MongoClient
from pymongo.database import Database
from pymongo.errors import ConfigurationError, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from scidog.errors import RevisionTakenError, StoreAwayError, StoreRefusedError
from scidog.mongo_document import from_document, key_of, to_document
from scidog.saved import Contents, Saved

INDEX = [("_id.scope", ASCENDING), ("_id.name", ASCENDING), ("_id.revision", DESCENDING)]
NOT_ALLOWED = frozenset({13, 18, 8000})
"""MongoDB's codes for Unauthorized and AuthenticationFailed; waiting does not cure them."""


class MongoStore:
    """A MongoDB database shared by many SciDogs, each in its own scope.

    Parameters
    ----------
    uri
        May hold a password: it is never shown.
    scope
        Whose selections: ``<beamline>`` or ``<beamline>/<endstation>``.
    database
        Name of the database.
    timeout_s
        Longest time one call takes, whatever the server does.
    """

    def __init__(self, uri: str, scope: str, database: str = "scidog", timeout_s: float = 2.0) -> None:
        self._uri, self._scope, self._name = uri, scope, database
        self._timeout_ms = round(timeout_s * 1000)
        self._client: MongoClient[dict[str, Any]] | None = None
        self._lock = Lock()

    @property
    def place(self) -> str:
        """The database and the scope, without the server's address, which may hold a secret."""
        return f"MongoDB database {self._name}, {self._scope}"

    def stamp(self) -> str:
        """Return how many revisions there are, and the active name."""
        with self._reachable():
            count = self._database.revisions.count_documents({"_id.scope": self._scope})
            return f"{count} {self._active()}"

    def is_new(self) -> bool:
        """Tell whether the scope has no revision at all."""
        with self._reachable():
            return self._database.revisions.find_one({"_id.scope": self._scope}, {"_id": 1}) is None

    def contents(self) -> Contents:
        """Return the newest revisions and the active name."""
        with self._reachable():
            found = self._database.revisions.aggregate(
                [
                    {"$match": {"_id.scope": self._scope}},
                    {"$sort": dict(INDEX)},
                    {"$group": {"_id": "$_id.name", "newest": {"$first": "$$ROOT"}}},
                    {"$match": {"newest.deleted": False}},
                    {"$sort": {"_id": 1}},
                ]
            )
            newest = tuple(_saved(item["newest"]) for item in found)
            return Contents(active=self._active(), newest=newest)

    def history(self, name: str) -> list[Saved]:
        """Return all revisions of a selection, newest first."""
        with self._reachable():
            found = self._database.revisions.find({"_id.scope": self._scope, "_id.name": name})
            return [_saved(document) for document in found.sort("_id.revision", DESCENDING)]

    def add(self, saved: Saved) -> None:
        """Insert a revision; MongoDB's own unique ``_id`` decides between two that come at once."""
        with self._reachable():
            revisions = self._database.revisions
            revisions.create_index(INDEX)
            try:
                revisions.insert_one(to_document(self._scope, saved))
            except DuplicateKeyError:
                there = revisions.find_one({"_id": key_of(self._scope, saved.name, saved.revision)})
                if there is None or _saved(there) != saved:
                    raise RevisionTakenError(f"{saved.name!r} revision {saved.revision} exists") from None

    def set_active(self, name: str) -> None:
        """Replace the active name."""
        with self._reachable():
            self._database.active.replace_one({"_id": self._scope}, {"name": name}, upsert=True)

    def close(self) -> None:
        """Close the connections; they are made anew when the store is used again."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    @property
    def _database(self) -> Database[dict[str, Any]]:
        with self._lock:
            client = self._client = self._client or self._connected()
        return client.get_database(
            self._name, read_concern=ReadConcern("majority"), write_concern=WriteConcern(w="majority", j=True)
        )

    def _connected(self) -> MongoClient[dict[str, Any]]:
        return MongoClient(
            self._uri,
            appname="scidog",
            tz_aware=True,
            timeoutMS=self._timeout_ms,
            serverSelectionTimeoutMS=self._timeout_ms,
            connectTimeoutMS=self._timeout_ms,
        )

    def _active(self) -> str | None:
        document = self._database.active.find_one({"_id": self._scope})
        return document["name"] if document else None

    @contextmanager
    def _reachable(self) -> Iterator[None]:
        try:
            yield
        except (ConfigurationError, ValueError) as error:
            raise StoreRefusedError(f"the MongoDB address cannot be used: {error}") from None
        except OperationFailure as error:
            raise _refusal(error)(f"{self.place}: {_short(error)}") from None
        except PyMongoError as error:
            raise StoreAwayError(f"{self.place} does not answer: {_short(error)}") from None


def _saved(document: dict[str, Any]) -> Saved:
    try:
        return from_document(document)
    except (ValidationError, KeyError, TypeError) as error:
        raise StoreRefusedError(
            f"document {document.get('_id')} is no saved selection: {_short(error)}"
        ) from None


def _refusal(error: OperationFailure) -> Callable[[str], Exception]:
    return StoreRefusedError if error.code in NOT_ALLOWED else StoreAwayError


def _short(error: Exception) -> str:
    return str(error).split(", Timeout:")[0].splitlines()[0][:200]
