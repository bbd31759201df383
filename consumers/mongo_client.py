"""Connections to MongoDB, with the write concern that survives a fail-over."""

from typing import Any

from pymongo import MongoClient
from pymongo.database import Database
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from consumers.configuration import Mongo

Document = dict[str, Any]


def connect(settings: Mongo) -> Database[Document]:
    """Return a database; nothing is sent yet.

    Every operation ends within ``timeout_s`` seconds. Writes are acknowledged by a majority that has
    them in its journal: with less, what was acknowledged can be rolled back.
    """
    limit_ms = int(settings.timeout_s * 1000)
    client: MongoClient[Document] = MongoClient(
        settings.uri,
        **_account(settings),
        appname="scicow",
        connectTimeoutMS=min(limit_ms, 5000),
        serverSelectionTimeoutMS=min(limit_ms, 5000),
        socketTimeoutMS=limit_ms,
        tz_aware=True,
    )
    return client.get_database(
        settings.database,
        write_concern=WriteConcern(w="majority", j=True, wtimeout=limit_ms),
        read_concern=ReadConcern("majority"),
    )


def _account(settings: Mongo) -> dict[str, Any]:
    if settings.username is None:
        return {}
    password = settings.password.read().get_secret_value() if settings.password else ""
    return {"username": settings.username, "password": password, "authSource": settings.auth_source}
