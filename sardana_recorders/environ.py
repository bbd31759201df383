"""From the plain facts of a scan to the fields of the message (pure)."""

import os.path
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import PurePath
from typing import Any

from sardana_recorders.plain_environ import PlainColumn, PlainMacro, PlainScan
from scifish.message_parts import Counter, Moveable, ParentMacro, Value
from scifish.tango_values import number_form, summarise

HDF5_ENDINGS = (".h5", ".hdf5", ".hdf", ".nxs", ".nx5")


def fields_of(scan: PlainScan, units: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the fields of a message that are known when a scan begins.

    Parameters
    ----------
    scan
        What Sardana says.
    units
        Unit by source, as far as known; a source that is absent has no unit yet.
    """
    return {
        "name": scan.macro.name,
        "title": scan.title or scan.macro.command,
        "scan_id": scan.scan_id,
        "macro_id": macro_id(scan),
        "parents": [_parent(macro) for macro in scan.parents],
        "parameters": list(scan.macro.parameters),
        "start_time": utc(scan.start_ts),
        "points_planned": points_planned(scan),
        "measurement_group": scan.group,
        "scan_class": scan.scan_class,
        "moveables": [_moveable(column, units) for column in scan.moveables],
        "counters": [_counter(column) for column in scan.counters],
        "detectors": [column.label for column in scan.counters if not column.is_scalar],
        "source_folder": source_folder(scan),
        "data_format": data_format(scan),
    }


def macro_id(scan: PlainScan) -> str | None:
    """Return the id that the client gave: Sardana's environ has none for a scan inside a macro."""
    return next((macro.id for macro in (scan.macro, *reversed(scan.parents)) if macro.id), None)


def points_planned(scan: PlainScan) -> int | None:
    """Return how many points are planned, None when nobody knows.

    Sardana's ``total_scan_intervals`` does not tell it: 2 for a meshct of 10 points.
    """
    if scan.nb_points is None:
        return None
    return scan.nb_points * (1 if scan.waypoints is None else scan.waypoints)


def source_folder(scan: PlainScan) -> str | None:
    """Return the folder the scan saves to, normalised; None when it saves nothing."""
    if not scan.scan_dir or not scan.scan_files:
        return None
    return os.path.normpath(scan.scan_dir)


def data_format(scan: PlainScan) -> str | None:
    """Return ``NeXus/HDF5``, or the endings of the scan's files."""
    endings = sorted({PurePath(name).suffix.lower() for name in scan.scan_files})
    if any(ending in HDF5_ENDINGS for ending in endings):
        return "NeXus/HDF5"
    return ", ".join(ending.lstrip(".") for ending in endings if ending) or None


def snapshot_values(scan: PlainScan, units: Mapping[str, str | None], array_limit: int) -> dict[str, Value]:
    """Return Sardana's own pre-scan snapshot by label.

    Sardana tells no time of reading: it is taken right after the scan's start time, which stands
    here instead.
    """
    return {
        item.label: Value(
            value=value_form(item.value, array_limit),
            unit=units.get(item.source) if item.source else None,
            read_time=utc(scan.start_ts),
            source=item.source,
        )
        for item in scan.snapshot
    }


def value_form(value: Any, array_limit: int) -> Any:
    """Return a plain value as JSON keeps it; an array longer than the limit is summarised."""
    if hasattr(value, "ndim") and hasattr(value, "tolist"):
        return summarise(value) if value.ndim > 1 or value.size > array_limit else _each(value.tolist())
    return _each(value)


def utc(timestamp: float | None) -> datetime | None:
    """Return an epoch time in seconds as an instant in UTC."""
    return None if timestamp is None else datetime.fromtimestamp(timestamp, timezone.utc)


def sources_without_unit(scan: PlainScan) -> list[str]:
    """Return the sources whose unit Sardana does not tell: of moveables and of its snapshot."""
    moveables = [column.source for column in scan.moveables]
    return [source for source in (*moveables, *(item.source for item in scan.snapshot)) if source]


def units_by_column(scan: PlainScan, units: Mapping[str, str | None]) -> dict[str, str | None]:
    """Return column name to unit."""
    columns = (*scan.moveables, *scan.counters)
    return {column.name: column.unit or units.get(column.source or "") for column in columns}


def _each(value: Any) -> Any:
    if isinstance(value, list):
        return [_each(item) for item in value]
    if isinstance(value, dict):
        return {key: _each(item) for key, item in value.items()}
    return number_form(value)


def _parent(macro: PlainMacro) -> ParentMacro:
    return ParentMacro(name=macro.name, command=macro.command, id=macro.id)


def _moveable(column: PlainColumn, units: Mapping[str, str | None]) -> Moveable:
    return Moveable(
        label=column.label,
        source=column.source,
        unit=units.get(column.source or ""),
        min=column.minimum,
        max=column.maximum,
    )


def _counter(column: PlainColumn) -> Counter:
    return Counter(
        label=column.label,
        source=column.source,
        unit=column.unit,
        dtype=column.dtype,
        shape=list(column.shape),
    )
