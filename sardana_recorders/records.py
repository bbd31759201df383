"""The records of a scan: counted, thinned, and searched for files that hold values (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sardana_recorders.plain_environ import PlainColumn, PlainScan
from sardana_recorders.preview import Thinning


class Records:
    """Takes each record in a few microseconds and keeps bounded memory, but for names of files.

    Attributes
    ----------
    recorded
        Points with data.
    empty
        Padding rows, with which Sardana fills a continuous scan that was cut short.
    references
        Addresses such as ``h5file:///data/img_001.h5``, in the order of their coming, each once.
    """

    def __init__(self, scan: PlainScan) -> None:
        self.recorded = 0
        self.empty = 0
        self.references: dict[str, None] = {}
        self._counters = [column.name for column in scan.counters]
        self._by_reference = [column.name for column in scan.counters if column.by_reference]
        self.columns = columns_to_show(scan)
        self._thinning = Thinning(self.columns)

    def add(self, data: Mapping[str, Any]) -> None:
        """Take the data of one record: column name to value."""
        if is_padding(data, self._counters):
            self.empty += 1
            return
        self.recorded += 1
        self._thinning.add(data)
        for name in self._by_reference:
            address = data.get(name)
            if isinstance(address, str):
                self.references[address] = None

    def lost(self) -> None:
        """Count a record that could not be looked at."""
        self.recorded += 1

    def preview(self, units: Mapping[str, str | None]) -> Any:
        """Return the quick look; see ``Thinning.preview``."""
        return self._thinning.preview(units)


def is_padding(data: Mapping[str, Any], counters: Sequence[str]) -> bool:
    """Tell whether no counter of a record has a value: each is NaN or absent."""
    if not counters:
        return False
    return all(_is_nothing(data.get(name)) for name in counters)


def columns_to_show(scan: PlainScan) -> list[PlainColumn]:
    """Return the columns, reference moveables first, then the other moveables, then the counters."""
    first = [column for column in scan.moveables if column.name in scan.references]
    others = [column for column in scan.moveables if column.name not in scan.references]
    return [*first, *others, *scan.counters]


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)
