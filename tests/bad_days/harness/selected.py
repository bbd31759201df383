"""Whether a dataset tells of everything that was selected: a busy machine turns a value into a failure."""

from scizoo.demo.selection import SELECTION
from tests.bad_days.harness.catalogue import Document


def untold(dataset: Document, phase: str = "end") -> set[str]:
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
