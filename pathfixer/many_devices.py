"""Reading one attribute of many devices, with one deadline for all."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from scifish.attributes.reader import SnapshotReader
from scifish.message_parts import Value
from scifish.selection import DEVICE, Entry, Selection


@dataclass(frozen=True)
class Answers:
    """What devices said, by their names in lower case: a value, or in words why there is none."""

    values: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)


def ask_devices(
    reader: SnapshotReader, devices: Collection[str], attribute: str, timeout_s: float
) -> Answers:
    """Read an attribute of every device.

    Parameters
    ----------
    timeout_s
        Who has not answered by then has a reason and no value; it is asked again in the background.
    """
    names = {name.lower() for name in devices}
    known = sorted(name for name in names if DEVICE.match(name))
    reasons = dict.fromkeys(names.difference(known), "is no name of a Tango device")
    if not known:
        return Answers(reasons=reasons)
    entries = tuple(Entry(name=name, device=name, attribute=attribute) for name in known)
    reading = reader.begin(Selection(name=attribute, entries=entries))
    reading.wait(timeout_s)
    found = reading.result()
    values = {name: leaf.value for name, leaf in found.values.items() if isinstance(leaf, Value)}
    return Answers(values, reasons | {str(one.device): one.reason for one in found.failures})
