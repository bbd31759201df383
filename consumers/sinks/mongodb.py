"""The MongoDB catalogue: takes every valid capture, also one that belongs to nobody yet."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from consumers.configuration import SinkName
from consumers.dataset_collection import DatasetCollection
from consumers.mapping.telling import gather
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
        tellings = gather(capture.message for capture in captures)
        offices = {capture.message.pid: capture.office for capture in captures if capture.office is not None}
        refused = self._datasets.fold(tellings, offices)
        complete = self._datasets.stamp_complete([pid for pid in tellings if pid not in refused])
        return [self._answer(capture, refused, complete) for capture in captures]

    @staticmethod
    def _answer(
        capture: Capture, refused: Mapping[str, str], complete: Mapping[str, datetime | None]
    ) -> Answer:
        pid = capture.message.pid
        if pid in refused:
            return Answer("rejected", refused[pid])
        lacking = capture.enrichment.lacking
        return Answer("catalogued", lacking, complete.get(pid), retry=lacking is not None)
