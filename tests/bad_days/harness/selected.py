"""Whether a dataset tells of everything that was selected: a busy machine turns a value into a failure."""

from collections.abc import Mapping
from typing import Any

from scizoo.demo.selection import SELECTION

BROKEN = "demo/sim/broken-01"
"""Never has a value."""


def untold(dataset: Mapping[str, Any], phase: str = "end") -> set[str]:
    """Return the names of selected attributes of which a dataset has neither value nor failure.

    Parameters
    ----------
    phase
        ``start`` or ``end``.
    """
    values = dataset["values" if phase == "end" else "values_at_start"]
    failed = {
        (failure["device"], failure["attribute"])
        for failure in dataset["failures"]
        if failure["phase"] == phase
    }
    return {
        entry.name
        for entry in SELECTION.entries
        if entry.name not in (values.get(entry.group, {}) if entry.group else values)
        and (entry.device, entry.attribute) not in failed
    }


def unheard(dataset: Mapping[str, Any]) -> set[str]:
    """Return the selected devices of which a dataset has no value from its start, but the broken one."""
    told = dataset["values_at_start"]
    return {
        entry.device
        for entry in SELECTION.entries
        if entry.device != BROKEN and entry.name not in (told.get(entry.group, {}) if entry.group else told)
    }
