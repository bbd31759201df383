"""SciCow's own state in MongoDB: what waits, what was refused, and how far each sink has read.

Nothing on a Kafka log can be edited or taken back, so these stand here. While this database is away
every group holds its offsets.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pymongo import UpdateOne
from pymongo.database import Database

from consumers.delivery import Delivery, Partition
from consumers.mongo_client import Document
from consumers.mongo_errors import mongo_errors


class StateDatabase:
    """The database ``scicow`` and its collections."""

    def __init__(self, database: Database[Document]) -> None:
        self.waiting = database["waiting"]
        self.dead_letters = database["dead_letters"]
        self.written = database["written"]
        self.datasets = database["scicat_datasets"]
        self._progress = database["progress"]
        self._client = database.client

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def prepare(self) -> None:
        """Make the indexes; raises RetryableError while the database is away."""
        with mongo_errors("index the state database"):
            self.waiting.create_index([("sink", 1), ("next_try", 1)])
            self.waiting.create_index([("sink", 1), ("pid", 1)])
            self.dead_letters.create_index([("beamline", 1), ("at", 1)])

    def list_waiting(self, beamline: str | None = None, limit: int = 100) -> list[Document]:
        """Return what waits, the longest first, without its bytes."""
        with mongo_errors("list the waiting room"):
            found = self.waiting.find(_of(beamline), {"value": 0, "key": 0}).sort("since", 1)
            return list(found.limit(limit))

    def retry_waiting(self, beamline: str | None, pid: str | None, now: datetime) -> int:
        """Make what waits due at once, and its next waits short again; return how many messages."""
        query = _of(beamline) | ({} if pid is None else {"pid": pid})
        with mongo_errors("wake the waiting room"):
            return self.waiting.update_many(query, {"$set": {"next_try": now, "tries": 0}}).matched_count

    def list_dead_letters(self, beamline: str | None = None, limit: int = 100) -> list[Document]:
        """Return the newest dead letters, without their bytes."""
        with mongo_errors("list the dead letters"):
            found = self.dead_letters.find(_of(beamline), {"value": 0, "key": 0}).sort("at", -1)
            return list(found.limit(limit))

    def find_dead_letters(self, beamline: str, offset: int | None, pid: str | None) -> list[Document]:
        """Return the notes of letters about a message, with what is kept of its bytes."""
        about = {"offset": offset, "pid": pid}
        query = _of(beamline) | {name: value for name, value in about.items() if value is not None}
        with mongo_errors("look for dead letters"):
            return list(self.dead_letters.find(query).sort("at", 1))

    def settle_dead_letters(self, notes: Iterable[Document], decision: Document) -> None:
        """Note what a person decided about letters."""
        names = [note["_id"] for note in notes]
        with mongo_errors("settle dead letters"):
            self.dead_letters.update_many({"_id": {"$in": names}}, {"$set": decision})

    def progress(self, sink: str) -> dict[Partition, datetime]:
        """Return the broker time of the last finished message per partition."""
        with mongo_errors("read how far we came"):
            found = list(self._progress.find({"sink": sink}))
        return {(item["topic"], item["partition"]): item["broker_time"] for item in found}

    def note_progress(self, sink: str, deliveries: Iterable[Delivery]) -> None:
        """Remember the newest broker time among finished messages."""
        newest: dict[Partition, datetime] = {}
        for delivery in deliveries:
            if delivery.broker_time is not None:
                known = newest.get(delivery.place, delivery.broker_time)
                newest[delivery.place] = max(known, delivery.broker_time)
        if newest:
            with mongo_errors("note how far we came"):
                updates = [_advance(sink, place, at) for place, at in newest.items()]
                self._progress.bulk_write(updates, ordered=False)


def _of(beamline: str | None) -> Document:
    return {} if beamline is None else {"beamline": beamline}


def _advance(sink: str, place: Partition, at: datetime) -> UpdateOne:
    topic, partition = place
    fixed: dict[str, Any] = {"sink": sink, "topic": topic, "partition": partition}
    update = {"$set": fixed, "$max": {"broker_time": at}}
    return UpdateOne({"_id": f"{sink} {topic} {partition}"}, update, upsert=True)
