"""What we last wrote to SciCat, per pid, and what we were about to write when we were cut short."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo.collection import Collection

from consumers.mongo_client import Document
from consumers.mongo_errors import mongo_errors

Json = dict[str, Any]


@dataclass
class Written:
    """Our memory of one dataset."""

    dataset: Json | None = None
    """As SciCat acknowledged it; none before the first time."""
    intended: Json | None = None
    """As it was sent when no answer is known yet."""
    files: str | None = None
    """Fingerprint of the files that SciCat has."""
    files_sent_at: datetime | None = None
    """When a request to add files was sent whose answer is not known."""

    def ours(self) -> list[Json]:
        """Return what may stand there by our doing, the acknowledged first."""
        return [known for known in (self.dataset, self.intended) if known is not None]


@dataclass(frozen=True)
class WrittenDatasets:
    """The collection of it; documents are kept as text, as their keys may hold dots and dollars."""

    collection: Collection[Document]
    clock: Callable[[], datetime] = field(repr=False)

    def find(self, pid: str) -> Written:
        """Return what is known, nothing for a new pid."""
        with mongo_errors("read what was written to SciCat"):
            found = self.collection.find_one({"_id": pid}) or {}
        return Written(
            dataset=_parsed(found.get("dataset")),
            intended=_parsed(found.get("intended")),
            files=found.get("files"),
            files_sent_at=found.get("files_sent_at"),
        )

    def intend(self, pid: str, dataset: Json) -> None:
        """Note what is about to be sent."""
        self._set(pid, {"intended": _text(dataset)})

    def acknowledge(self, pid: str, dataset: Json) -> None:
        """Note what SciCat has."""
        self._set(pid, {"dataset": _text(dataset), "intended": None})

    def send_files(self, pid: str) -> None:
        """Note that files are about to be sent."""
        self._set(pid, {"files_sent_at": self.clock()})

    def acknowledge_files(self, pid: str, fingerprint: str) -> None:
        """Note that SciCat has these files."""
        self._set(pid, {"files": fingerprint, "files_sent_at": None})

    def doubt_files(self, pid: str) -> None:
        """Note that SciCat may come to have more than these: they are looked at again next time."""
        self._set(pid, {"files": None, "files_sent_at": None})

    def _set(self, pid: str, fields: Document) -> None:
        with mongo_errors("note what is written to SciCat"):
            self.collection.update_one({"_id": pid}, {"$set": fields}, upsert=True)


def _text(dataset: Json) -> str:
    return json.dumps(dataset, sort_keys=True)


def _parsed(text: str | None) -> Json | None:
    return None if text is None else json.loads(text)
