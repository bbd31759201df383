"""What Sardana says of a scan, turned into plain data on the macro's thread.

Live Sardana objects hold Tango proxies; one that is garbage-collected on another thread has hung
Sardana (its issues 1080 and 1193). So nothing of Sardana leaves this module. Of the macro only
attributes are read: its public methods raise, or wait without limit, once it is stopped.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class PlainMacro:
    """One macro of the chain that leads to the scan."""

    name: str
    command: str
    id: str | None
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlainColumn:
    """One column of the scan's table.

    Attributes
    ----------
    name
        Key in the records.
    source
        Full Tango name of the attribute that is read; None when it has none.
    unit
        As Sardana gives it: always None for a moveable.
    by_reference
        The records hold the address of a file instead of the value.
    """

    name: str
    label: str
    dtype: str | None = None
    shape: tuple[int, ...] = ()
    source: str | None = None
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    by_reference: bool = False

    @property
    def is_scalar(self) -> bool:
        """Tell whether one record holds one number of this column."""
        return not self.shape and not self.by_reference


@dataclass(frozen=True)
class PlainSnapshot:
    """One value of Sardana's own pre-scan snapshot."""

    label: str
    source: str | None
    value: Any


@dataclass(frozen=True)
class PlainScan:
    """Everything that a message says of a scan before its end. Times are seconds since the epoch."""

    macro: PlainMacro
    parents: tuple[PlainMacro, ...] = ()
    title: str | None = None
    scan_id: str | None = None
    start_ts: float | None = None
    scan_dir: str | None = None
    scan_files: tuple[str, ...] = ()
    group: str | None = None
    scan_class: str | None = None
    nb_points: int | None = None
    waypoints: int | None = None
    moveables: tuple[PlainColumn, ...] = ()
    counters: tuple[PlainColumn, ...] = ()
    references: tuple[str, ...] = ()
    snapshot: tuple[PlainSnapshot, ...] = field(default=())


def read_scan(macro: Any, environ: Mapping[str, Any]) -> PlainScan:
    """Return what is known of a scan, on the macro's thread.

    Parameters
    ----------
    macro
        The live macro.
    environ
        The live environ of the record list, which Sardana goes on changing.
    """
    columns = list(environ.get("datadesc") or ())
    moveables = [_moveable(column) for column in columns if hasattr(column, "moveable")]
    counters = set(environ.get("counters") or ())
    gscan = getattr(macro, "__dict__", {}).get("_gScan")
    return PlainScan(
        macro=read_macro(macro),
        parents=tuple(read_macro(parent) for parent in reversed(chain_of(macro)[1:])),
        title=_text(environ.get("title")),
        scan_id=_text(environ.get("serialno")),
        start_ts=environ.get("startts"),
        scan_dir=_text(environ.get("ScanDir")),
        scan_files=tuple(str(name) for name in environ.get("ScanFile") or ()),
        group=_group_name(gscan),
        scan_class=None if gscan is None else type(gscan).__name__,
        nb_points=_whole(_own(macro, "nb_points")),
        waypoints=_count(_own(macro, "waypoints")),
        moveables=tuple(moveables),
        counters=tuple(_counter(column) for column in columns if column.name in counters),
        references=tuple(environ.get("ref_moveables") or ()),
        snapshot=tuple(_snapshot(column) for column in environ.get("preScanSnapShot") or ()),
    )


def chain_of(macro: Any) -> list[Any]:
    """Return a live macro and all that are at work above it, innermost first.

    A scan in a hook has the scan whose hook it is above it, though that is not its parent: the
    Door's stack of macros says so. A macro that was made but not run by Sardana is on no stack.
    """
    stack = list(getattr(getattr(macro, "__dict__", {}).get("_executor"), "_macro_stack", ()))
    if any(running is macro for running in stack):
        return stack[::-1]
    chain = []
    while macro is not None:
        chain.append(macro)
        macro = getattr(macro, "__dict__", {}).get("_parent_macro")
    return chain


def read_macro(macro: Any) -> PlainMacro:
    """Return name, command line, id and parameters of a live macro."""
    own = getattr(macro, "__dict__", {})
    parameters = tuple(_flat(own.get("_in_pars") or ()))
    name = str(own.get("_name", type(macro).__name__))
    return PlainMacro(name, " ".join((name, *parameters)), _text(own.get("_id")), parameters)


def plain_value(value: Any) -> Any:
    """Return a value that can leave the macro's thread: numbers, text, lists, arrays; else its text."""
    if isinstance(value, np.generic):
        return value.item()
    if value is None or type(value) in (bool, int, float, str, bytes):
        return value
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufSU":
        return value.copy()
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain_value(item) for item in value]
    return _enum_name(value)


def _enum_name(value: Any) -> Any:
    name = getattr(value, "name", None)
    return name if isinstance(name, str) else str(value)


def _moveable(column: Any) -> PlainColumn:
    return PlainColumn(
        name=column.name,
        label=column.label,
        dtype=_text(column.dtype),
        source=f"{column.moveable.getFullName()}/Position",
        minimum=_finite(column.min_value),
        maximum=_finite(column.max_value),
    )


def _counter(column: Any) -> PlainColumn:
    return PlainColumn(
        name=column.name,
        label=column.label,
        dtype=_text(column.dtype),
        shape=tuple(int(length) for length in column.shape or ()),
        source=_text(getattr(column, "source", None)) or column.name,
        unit=_text(getattr(column, "data_units", None)),
        by_reference=bool(getattr(column, "value_ref_enabled", False)),
    )


def _snapshot(column: Any) -> PlainSnapshot:
    source = _text(getattr(column, "source", None))
    return PlainSnapshot(column.label, source, plain_value(getattr(column, "pre_scan_value", None)))


def _group_name(gscan: Any) -> str | None:
    group = getattr(gscan, "_measurement_group", None)
    return None if group is None else str(group.getName())


def _own(macro: Any, name: str) -> Any:
    """Return an attribute of a macro, which takes a missing one for the name of another macro."""
    return getattr(macro, name) if name in vars(macro) or hasattr(type(macro), name) else None


def _flat(parameters: Iterable[Any]) -> Iterable[str]:
    for parameter in parameters:
        if isinstance(parameter, list | tuple):
            yield from _flat(parameter)
        else:
            yield str(parameter)


def _text(value: Any) -> str | None:
    return None if value is None or value == "" else str(value)


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float | np.number) and value >= 0 else None


def _count(value: Any) -> int | None:
    return None if value is None else len(value)


def _finite(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float | np.number) and np.isfinite(value) else None
