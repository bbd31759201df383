"""Datasets in MongoDB: tellings folded in, one document per pid, whatever order they come in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bson import InvalidDocument, encode
from bson.raw_bson import RawBSONDocument
from pymongo import IndexModel, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, OperationFailure

from consumers.errors import PoisonError, RetryableError
from consumers.mapping.mongo_update import update_pipeline
from consumers.mapping.telling import Telling
from consumers.mongo_client import Document
from consumers.mongo_errors import mongo_errors

INDEXES = (
    (("beamline", 1), ("start_time", 1)),
    (("proposal", 1), ("start_time", 1)),
    (("sample", 1), ("start_time", 1)),
    (("beamline", 1), ("v.k", 1), ("v.n", 1)),
    (("beamline", 1), ("v.k", 1), ("v.s", 1)),
)
PERMANENT = frozenset({2, 9, 15, 22, 10334, 17419, 17420})
"""BadValue, FailedToParse, Overflow, InvalidBSON, and a document above 16 MB: the same tomorrow."""


class DatasetCollection:
    """One collection of datasets; several processes may write to it at once."""

    def __init__(self, collection: Collection[Document], clock: Callable[[], datetime]) -> None:
        self._collection = collection
        self._clock = clock

    def close(self) -> None:
        """Close the connections."""
        self._collection.database.client.close()

    def make_indexes(self) -> None:
        """Make what is missing of the five indexes."""
        with mongo_errors(f"index {self._collection.full_name}"):
            self._collection.create_indexes([IndexModel(list(keys)) for keys in INDEXES])

    def fold(self, tellings: Mapping[str, Telling], offices: Mapping[str, Document]) -> dict[str, str]:
        """Take tellings into their datasets, durably.

        Parameters
        ----------
        tellings
            By pid.
        offices
            What the user office says, by pid; missing where it says nothing.

        Returns
        -------
        dict
            Pid to reason, for those that MongoDB will never take.
        """
        updates: dict[str, UpdateOne] = {}
        refused: dict[str, str] = {}
        for pid, telling in tellings.items():
            try:
                pipeline = [_raw(stage) for stage in update_pipeline(telling, offices.get(pid))]
                updates[pid] = UpdateOne({"_id": pid}, pipeline, upsert=True)
            except (PoisonError, InvalidDocument, OverflowError, ValueError) as error:
                refused[pid] = f"cannot be stored in MongoDB: {str(error)[:200]}"
        return refused | self._write(updates)

    def stamp_complete(self, pids: Iterable[str]) -> dict[str, datetime | None]:
        """Return when each dataset became complete, none while it is not.

        The instant is this process's clock after the acknowledged write that made it complete, and is
        set once.
        """
        now = self._clock()
        found = self._states(pids)
        due = [pid for pid, state in found.items() if state["complete"] and not state["catalogued_at"]]
        if not due:
            return {pid: state["catalogued_at"] for pid, state in found.items()}
        unset = {"_id": {"$in": due}, "catalogued_at": {"$exists": False}}
        with mongo_errors("note what is catalogued"):
            self._collection.update_many(unset, {"$set": {"catalogued_at": now}})
        return {pid: state["catalogued_at"] for pid, state in self._states(pids).items()}

    def read(self, pids: Sequence[str]) -> dict[str, Document]:
        """Return the merged documents by pid, missing ones left out."""
        with mongo_errors("read datasets"):
            return {found["_id"]: found for found in self._collection.find({"_id": {"$in": list(pids)}})}

    def _states(self, pids: Iterable[str]) -> dict[str, dict[str, Any]]:
        wanted = list(pids)
        with mongo_errors("read what is complete"):
            cursor = self._collection.find({"_id": {"$in": wanted}}, {"complete": 1, "catalogued_at": 1})
            found = {item["_id"]: item for item in cursor}
        return {
            pid: {
                "complete": found.get(pid, {}).get("complete", False),
                "catalogued_at": found.get(pid, {}).get("catalogued_at"),
            }
            for pid in wanted
        }

    def _write(self, updates: Mapping[str, UpdateOne]) -> dict[str, str]:
        if not updates:
            return {}
        try:
            with mongo_errors("write datasets"):
                self._collection.bulk_write(list(updates.values()), ordered=False)
        except RetryableError as error:
            cause = error.__cause__
            if isinstance(cause, BulkWriteError):
                return _refusals(cause, list(updates))
            if isinstance(cause, OperationFailure) and cause.code in PERMANENT:
                return self._write_halves(updates, cause)
            raise
        return {}

    def _write_halves(self, updates: Mapping[str, UpdateOne], cause: OperationFailure) -> dict[str, str]:
        """Find the one for which MongoDB refuses the whole command."""
        pids = list(updates)
        if len(pids) == 1:
            return {pids[0]: f"MongoDB refuses it: {cause!s:.200}"}
        middle = len(pids) // 2
        halves = [{pid: updates[pid] for pid in part} for part in (pids[:middle], pids[middle:])]
        return self._write(halves[0]) | self._write(halves[1])


def _raw(stage: Document) -> RawBSONDocument:
    """Encode now, so that a message that BSON cannot hold is found alone and not with its batch."""
    return RawBSONDocument(encode(stage))


def _refusals(error: BulkWriteError, pids: Sequence[str]) -> dict[str, str]:
    """Return pid to reason; raises RetryableError when anything else than a refusal is in the answer."""
    details = error.details or {}
    failed = details.get("writeErrors", [])
    passing = [item for item in failed if item["code"] not in PERMANENT]
    if passing or details.get("writeConcernErrors"):
        first = (passing or details["writeConcernErrors"])[0]
        raise RetryableError(f"MongoDB did not acknowledge: {first.get('errmsg', first)!s:.200}") from error
    return {pids[item["index"]]: f"MongoDB refuses it: {item['errmsg']:.200}" for item in failed}
