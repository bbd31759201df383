"""Taking a batch of captures into a collection, so that one bad message does not spoil its neighbours."""

from collections.abc import Sequence

from consumers.dataset_collection import DatasetCollection
from consumers.mapping.telling import gather
from consumers.sinks.sink import Capture


def fold_batch(datasets: DatasetCollection, captures: Sequence[Capture]) -> list[str | None]:
    """Fold captures in, phases of one pid together; return per capture why MongoDB never takes it.

    Where a telling of several messages is refused, each is told alone, to find the one that is to blame.
    """
    refused = _fold(datasets, captures)
    return [_alone(datasets, capture) if capture.message.pid in refused else None for capture in captures]


def _alone(datasets: DatasetCollection, capture: Capture) -> str | None:
    return _fold(datasets, [capture]).get(capture.message.pid)


def _fold(datasets: DatasetCollection, captures: Sequence[Capture]) -> dict[str, str]:
    tellings = gather(capture.message for capture in captures)
    offices = {capture.message.pid: capture.office for capture in captures if capture.office is not None}
    return datasets.fold(tellings, offices)
