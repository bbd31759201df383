"""Messages that wait for the world: they count as finished, and are tried again by themselves.

An unassigned capture, a proposal that the user office does not know yet, a later schema, one dataset
that SciCat keeps refusing: none of these may hold the offsets of everything behind it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pymongo import UpdateOne

from consumers.delivery import Delivery
from consumers.glimpse import fingerprint, glimpse
from consumers.mongo_errors import mongo_errors
from consumers.state_database import StateDatabase

FIRST_WAIT_S = 60
LONGEST_WAIT_S = 6 * 3600
LONGEST_OFFICE_WAIT_S = 15 * 60
"""A proposal is entered within hours of the first scan, by somebody who then looks for the dataset."""
REASON_LIMIT = 2000
"""Characters of a reason that are kept."""
Cause = Literal["schema", "office", "world"]


@dataclass(frozen=True)
class Waiter:
    """A message that waits, and why."""

    delivery: Delivery
    reason: str
    cause: Cause = "world"
    """``schema``: this SciCow cannot read it; a newer one will. ``office``: the user office is away or does
    not know its proposal. ``world``: anything else."""


def wait_s(tries: int, cause: str) -> float:
    """Return how long to wait after so many tries, in seconds: doubling from a minute to the longest."""
    longest = LONGEST_OFFICE_WAIT_S if cause == "office" else LONGEST_WAIT_S
    return min(FIRST_WAIT_S * 2.0 ** min(tries, 20), longest)


class WaitingRoom:
    """The waiting room of one sink, in the state database; the same bytes wait only once."""

    def __init__(self, state: StateDatabase, sink: str, clock: Callable[[], datetime]) -> None:
        self._entries = state.waiting
        self._sink = sink
        self._clock = clock

    def enter(self, waiters: Sequence[Waiter]) -> None:
        """Let messages wait; one that is here already keeps its time of entry and its tries."""
        if not waiters:
            return
        with mongo_errors("fill the waiting room"):
            self._entries.bulk_write([self._entry(waiter) for waiter in waiters], ordered=False)

    def leave(self, deliveries: Iterable[Delivery]) -> None:
        """Take messages out, if they are here."""
        names = [self._id(delivery) for delivery in deliveries]
        if names:
            with mongo_errors("clear the waiting room"):
                self._entries.delete_many({"_id": {"$in": names}})

    def release(self, pids: Sequence[str]) -> list[Delivery]:
        """Take out and return what waits for datasets that have been catalogued meanwhile."""
        if not pids:
            return []
        with mongo_errors("look into the waiting room"):
            query = {"sink": self._sink, "pid": {"$in": list(pids)}, "cause": {"$ne": "schema"}}
            released = [_delivery(entry) for entry in self._entries.find(query)]
        self.leave(released)
        return released

    def wake_schemas(self) -> None:
        """Make every message of a later schema due: this process may be the newer version."""
        with mongo_errors("look into the waiting room"):
            query = {"sink": self._sink, "cause": "schema"}
            self._entries.update_many(query, {"$set": {"next_try": self._clock()}})

    def due(self, limit: int = 100) -> list[Delivery]:
        """Return what is to be tried now, and put its next try off."""
        now = self._clock()
        with mongo_errors("look into the waiting room"):
            query = {"sink": self._sink, "next_try": {"$lte": now}}
            found = list(self._entries.find(query).sort("next_try", 1).limit(limit))
            if found:
                self._entries.bulk_write([_put_off(entry, now) for entry in found], ordered=False)
        return [_delivery(entry) for entry in found]

    def _entry(self, waiter: Waiter) -> UpdateOne:
        delivery, now = waiter.delivery, self._clock()
        at_entry = {
            "sink": self._sink,
            "pid": glimpse(delivery.value, delivery.key).pid,
            "beamline": delivery.topic.split(".")[-2],
            "topic": delivery.topic,
            "partition": delivery.partition,
            "offset": delivery.offset,
            "key": delivery.key,
            "value": delivery.value,
            "headers": [list(header) for header in delivery.headers],
            "broker_time": delivery.broker_time,
            "since": now,
            "tries": 0,
            "next_try": now + timedelta(seconds=wait_s(0, waiter.cause)),
        }
        update = {
            "$setOnInsert": at_entry,
            "$set": {"reason": waiter.reason[:REASON_LIMIT], "cause": waiter.cause},
        }
        return UpdateOne({"_id": self._id(delivery)}, update, upsert=True)

    def _id(self, delivery: Delivery) -> str:
        return f"{self._sink} {delivery.topic} {fingerprint(delivery.value, delivery.key)}"


def _put_off(entry: dict[str, Any], now: datetime) -> UpdateOne:
    tries = entry["tries"] + 1
    next_try = now + timedelta(seconds=wait_s(tries, entry["cause"]))
    return UpdateOne({"_id": entry["_id"]}, {"$set": {"tries": tries, "next_try": next_try}})


def _delivery(entry: dict[str, Any]) -> Delivery:
    return Delivery(
        entry["topic"],
        entry["partition"],
        entry["offset"],
        entry["key"],
        entry["value"],
        tuple((name, value) for name, value in entry["headers"]),
        entry["broker_time"],
    )
