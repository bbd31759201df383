"""The SciCat catalogue: takes assigned captures, one dataset per pid, whatever happens on the way."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from consumers.configuration import Scicat, SinkName
from consumers.dataset_collection import DatasetCollection
from consumers.errors import ConsumerError, FatalError, RetryableError
from consumers.folding import fold_batch
from consumers.mapping.scicat import scicat_dataset
from consumers.sinks.scicat_client import ScicatClient, UnknownOutcomeError
from consumers.sinks.scicat_dataset_writer import ScicatDatasetWriter
from consumers.sinks.scicat_files_writer import ScicatFilesWriter
from consumers.sinks.scicat_written import WrittenDatasets
from consumers.sinks.sink import Answer, Capture
from consumers.state_database import StateDatabase


class ScicatSink:
    """Folds what is told about a dataset in the state database, then writes the whole of it."""

    name: SinkName = "scicat"

    def __init__(
        self,
        client: ScicatClient,
        datasets: DatasetCollection,
        writers: tuple[ScicatDatasetWriter, ScicatFilesWriter],
        settings: Scicat,
    ) -> None:
        self._client = client
        self._datasets = datasets
        self._dataset_writer, self._files_writer = writers
        self._settings = settings

    def prepare(self) -> None:
        """Log in."""
        self._client.login()

    def close(self) -> None:
        """Close the connections to SciCat; those to the state database are closed by their owner."""
        self._client.close()

    def write(self, captures: Sequence[Capture]) -> list[Answer]:
        """Write the batch, one dataset after the other; see ``Sink.write``."""
        refused = fold_batch(self._datasets, captures)
        lacking = {
            capture.message.pid: capture.enrichment.lacking
            for capture, reason in zip(captures, refused, strict=True)
            if reason is None
        }
        documents = self._datasets.read(list(lacking))
        placed = {pid: self._place(document, lacking[pid]) for pid, document in documents.items()}
        return [
            placed[capture.message.pid] if reason is None else Answer("rejected", reason)
            for capture, reason in zip(captures, refused, strict=True)
        ]

    def _place(self, document: Mapping[str, Any], lacking: str | None) -> Answer:
        """Write one dataset, or say what it waits for."""
        reason = waits_for(document, lacking)
        if reason is not None:
            return Answer("waiting", reason)
        wanted = scicat_dataset(document, self._settings)
        try:
            kept = self._dataset_writer.write(wanted.dataset)
            files = self._files_writer.write(wanted.dataset["pid"], wanted.blocks)
        except (RetryableError, FatalError):
            raise
        except UnknownOutcomeError as error:
            if not self._client.is_well():
                raise RetryableError(f"SciCat is not well: {error}") from error
            return Answer("waiting", f"SciCat did not answer for it: {error}")
        except ConsumerError as error:
            return Answer("waiting", f"SciCat refuses it: {error}")
        if not files.done:
            return Answer("waiting", files.note)
        stamp = self._datasets.stamp_complete([wanted.dataset["pid"]])[wanted.dataset["pid"]]
        return Answer("catalogued", kept or files.note, stamp, retry=files.note is not None)


def waits_for(document: Mapping[str, Any], lacking: str | None) -> str | None:
    """Return what a dataset waits for before SciCat can have it, none when for nothing."""
    if "phase" not in document:
        return "only amendments have arrived: the dataset itself has not been told yet"
    if document["assignment"] != "assigned":
        return document["context_note"] or f"it belongs to no proposal (assignment {document['assignment']})"
    if "office" not in document:
        return lacking or "nothing is known about its proposal"
    return None


def make_scicat_sink(settings: Scicat, state: StateDatabase, clock: Callable[[], datetime]) -> ScicatSink:
    """Return the sink with its parts."""
    client = ScicatClient(settings)
    written = WrittenDatasets(state.written, clock)
    writers = (
        ScicatDatasetWriter(client, written),
        ScicatFilesWriter(client, written, settings.settle_s),
    )
    return ScicatSink(client, DatasetCollection(state.datasets, clock), writers, settings)
