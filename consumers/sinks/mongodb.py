"""The MongoDB catalogue: takes every valid capture, also one that belongs to nobody yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from consumers.configuration import SinkName
from consumers.dataset_collection import DatasetCollection
from consumers.folding import fold_batch
from consumers.sinks.sink import Answer, Capture


class MongodbSink:
    """Datasets of all beamlines in one collection."""

    name: SinkName = "mongodb"

    def __init__(self, datasets: DatasetCollection) -> None:
        self._datasets = datasets

    def prepare(self) -> None:
        """Make the indexes."""
        self._datasets.make_indexes()

    def close(self) -> None:
        """Close the connections."""
        self._datasets.close()

    def write(self, captures: Sequence[Capture]) -> list[Answer]:
        """Fold the batch in; see ``Sink.write``."""
        refused = fold_batch(self._datasets, captures)
        taken = {c.message.pid for c, reason in zip(captures, refused, strict=True) if reason is None}
        complete = self._datasets.stamp_complete(taken)
        return [
            self._answer(capture, complete) if reason is None else Answer("rejected", reason)
            for capture, reason in zip(captures, refused, strict=True)
        ]

    @staticmethod
    def _answer(capture: Capture, complete: Mapping[str, datetime | None]) -> Answer:
        lacking = capture.enrichment.lacking
        return Answer("catalogued", lacking, complete.get(capture.message.pid), retry=lacking is not None)
