"""The quick look: a scan's scalar columns, thinned while the scan runs, in bounded memory (pure)."""

from collections.abc import Mapping, Sequence
from typing import Any

from sardana_recorders.plain_environ import PlainColumn
from scifish.message_parts import Preview
from scifish.tango_values import number_form

MAX_POINTS = 500
MAX_COLUMNS = 8


class Thinning:
    """Keeps every n-th point; n doubles each time 500 points are there.

    Parameters
    ----------
    columns
        Scalar columns, most telling first; those beyond the eighth are left out.
    """

    def __init__(self, columns: Sequence[PlainColumn]) -> None:
        self._columns = [column for column in columns if column.is_scalar][:MAX_COLUMNS]
        self._names = [column.name for column in self._columns]
        self._rows: list[list[Any]] = []
        self._step = 1
        self._seen = 0
        self._last: list[Any] | None = None

    def add(self, data: Mapping[str, Any]) -> None:
        """Take one record."""
        self._last = [data.get(name) for name in self._names]
        if self._seen % self._step == 0:
            self._rows.append(self._last)
        self._seen += 1
        if len(self._rows) >= MAX_POINTS:
            del self._rows[1::2]
            self._step *= 2

    def preview(self, units: Mapping[str, str | None]) -> Preview:
        """Return what was kept, with the last point.

        Parameters
        ----------
        units
            Column name to unit.
        """
        rows = list(self._rows)
        if self._last is not None and rows[-1] is not self._last:
            rows.append(self._last)
        return Preview(
            points_total=self._seen,
            columns={
                column.label: [_number(row[index]) for row in rows]
                for index, column in enumerate(self._columns)
            },
            units={column.label: units.get(column.name) for column in self._columns},
        )


def _number(value: Any) -> float | str | None:
    if value is None or isinstance(value, str):
        return value
    try:
        form: float | str = number_form(float(value))
    except (TypeError, ValueError):
        return str(value)[:100]
    return form
