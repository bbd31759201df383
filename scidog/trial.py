"""A trial: each entry of a selection with the value read for it, or the reason why there is none."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from scifish.message_parts import Failure, Value, ValueTree
from scifish.selection import Entry, Selection


class Trial(BaseModel):
    """What reading one entry gave."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    entry: Entry
    value: Any = None
    raw: Any = None
    unit: str | None = None
    quality: str | None = None
    read_time: datetime | None = None
    failure: str | None = None


def trials(selection: Selection, values: ValueTree, failures: list[Failure]) -> list[Trial]:
    """Put what a snapshot gave beside the entries, in their order.

    Parameters
    ----------
    selection
        What was read.
    values, failures
        The snapshot; an entry in neither is a failure too.
    """
    reasons = {f"{item.device}/{item.attribute}".lower(): item.reason for item in failures}
    return [_trial(entry, values, reasons) for entry in selection.entries]


def _trial(entry: Entry, values: ValueTree, reasons: dict[str, str]) -> Trial:
    leaf = _leaf(values, entry)
    if leaf is None:
        return Trial(entry=entry, failure=reasons.get(entry.source, "no answer yet"))
    return Trial(
        entry=entry,
        value=leaf.value,
        raw=leaf.raw,
        unit=leaf.unit,
        quality=leaf.quality,
        read_time=leaf.read_time,
        failure=reasons.get(entry.source) if leaf.value is None else None,
    )


def _leaf(values: ValueTree, entry: Entry) -> Value | None:
    node = values.get(entry.group or entry.name)
    if entry.group and isinstance(node, dict):
        return node.get(entry.name)
    return node if isinstance(node, Value) else None
