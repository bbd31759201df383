"""From a reading of a Tango attribute to the leaf of a message (pure; knows no Tango library).

The one JSON form of everything that Tango can say; ``type`` in the leaf tells text from a number
written as text:

======================================  =====================================================
reading                                 ``value`` in the leaf
======================================  =====================================================
DevBoolean                              true, false
integer up to ±2**53                    number
integer beyond ±2**53                   text of its decimal digits, ``"9007199254740993"``
DevFloat, DevDouble                     number (a DevFloat as the nearest double)
NaN, +inf, -inf                         ``"NaN"``, ``"Infinity"``, ``"-Infinity"``
DevString                               text
DevEnum                                 its label; the number where the attribute has no label for it
DevState                                name of the state, ``"ON"``
DevEncoded                              ``{"encoding": "jpeg24", "base64": "…"}``
DevEncoded, more bytes than the limit   ``{"encoding": "jpeg24", "size": 307200}``
bytes                                   ``{"base64": "…"}``
spectrum                                list of the forms above; empty: ``[]``
spectrum, more elements than the limit  ``{"shape": [5000], "dtype": "float64", "min": 0, …}``
image of any size                       the same summary, ``"shape": [rows, columns]``
no value (quality INVALID)              null
======================================  =====================================================

A summary has shape, dtype, min, max and mean. The last three leave NaN out; they are null where no
number is left, and for text, enum and state. The dtype is numpy's name, or ``"str"``, ``"enum"``,
``"state"``.
"""

import base64
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from scifish.message_parts import Value
from scifish.selection import Entry

LARGEST_INT = 2**53
"""Largest integer that every JSON reader keeps exactly."""
STATES = tuple(
    "ON OFF CLOSE OPEN INSERT EXTRACT MOVING STANDBY FAULT INIT RUNNING ALARM DISABLE UNKNOWN".split()  # noqa: SIM905
)
"""Names of DevState by number: in spectra Tango gives the numbers."""
NO_UNIT = frozenset({"", "no unit"})
"""What Tango says, in lower case, of an attribute without a unit."""


@dataclass(frozen=True)
class Configuration:
    """What an attribute says of itself."""

    unit: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlainReading:
    """One answer of a device, without any object of the Tango library but numbers in its arrays.

    Parameters
    ----------
    value
        As PyTango gives it: scalar, tuple, numpy array, (encoding, bytes), or None.
    type
        Tango's name, e.g. DevDouble.
    format
        SCALAR, SPECTRUM or IMAGE.
    quality
        VALID, INVALID, ALARM, CHANGING or WARNING.
    time
        The device's time stamp.
    """

    value: Any
    type: str
    format: str = "SCALAR"
    quality: str = "VALID"
    time: datetime | None = None


def to_leaf(reading: PlainReading, entry: Entry, about: Configuration, array_limit: int) -> Value:
    """Return the leaf of an entry: unit and mapping of the entry win over what the attribute says.

    Parameters
    ----------
    reading
        What the device answered.
    entry
        What the selection says of it.
    about
        The attribute's configuration.
    array_limit
        Elements of the longest spectrum, and bytes of the longest DevEncoded, told in full.
    """
    value = json_form(reading, about.labels, array_limit)
    mapped = value if entry.mapping is None else _map(value, reading, entry.mapping)
    return Value(
        value=mapped,
        unit=choose_unit(entry.unit, about.unit),
        quality=reading.quality,
        read_time=reading.time,
        source=entry.source,
        type=reading.type,
        raw=None if mapped is value else value,
    )


def choose_unit(wanted: str | None, own: str) -> str | None:
    """Return the entry's unit, else the attribute's; None when that one says that there is none."""
    unit = (own if wanted is None else wanted).strip()
    return None if unit.lower() in NO_UNIT else unit


def json_form(reading: PlainReading, labels: tuple[str, ...], array_limit: int) -> Any:
    """Return a reading in the JSON form of the table above."""
    if reading.value is None:
        return None
    if reading.type == "DevEncoded":
        encoding, content = reading.value
        return _encoded(encoding, content, array_limit)
    form = _form_of(reading.type, labels)
    if reading.format == "SCALAR":
        return form(reading.value)
    array = reading.value if isinstance(reading.value, np.ndarray) else np.asarray(reading.value, object)
    if reading.format == "IMAGE" or array.size > array_limit:
        return summarise(array, reading.type)
    return _elements(array, form)


def summarise(array: np.ndarray, type_: str = "") -> dict[str, Any]:
    """Return shape, dtype, min, max and mean of an array; NaN does not count.

    Parameters
    ----------
    array
        Of any shape.
    type_
        Tango's name of the type, where it says more than the array's dtype.
    """
    dtype = {"DevEnum": "enum", "DevState": "state", "DevString": "str"}.get(type_, str(array.dtype))
    summary: dict[str, Any] = {"shape": list(array.shape), "dtype": dtype}
    numbers = array[~np.isnan(array)] if array.dtype.kind == "f" else array
    if dtype != str(array.dtype) or array.dtype.kind not in "iufb" or not numbers.size:
        return {**summary, "min": None, "max": None, "mean": None}
    with np.errstate(all="ignore"):  # the mean of +inf and -inf is NaN, and is told so
        mean = number_form(float(numbers.mean(dtype=np.float64)))
    return {
        **summary,
        "min": number_form(numbers.min().item()),
        "max": number_form(numbers.max().item()),
        "mean": mean,
    }


def number_form(value: Any) -> Any:
    """Return a number as JSON keeps it exactly, else as text; anything else as it is."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, int) and not -LARGEST_INT <= value <= LARGEST_INT:
        return str(value)
    return bytes_form(value) if isinstance(value, bytes) else value


def bytes_form(data: bytes) -> dict[str, Any]:
    """Return bytes as base64."""
    return {"base64": base64.b64encode(data).decode("ascii")}


def text_forms(value: Any) -> Iterable[str]:
    """Return the texts under which a mapping may name a value, most exact first."""
    if isinstance(value, bool):
        return str(value), str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(value), str(int(value))
    return (str(value),)


def _form_of(type_: str, labels: tuple[str, ...]) -> Callable[[Any], Any]:
    if type_ == "DevState":
        return lambda state: STATES[int(state)]
    if type_ == "DevEnum":
        return lambda number: labels[number] if 0 <= number < len(labels) else int(number)
    return number_form


def _elements(array: np.ndarray, form: Callable[[Any], Any]) -> list[Any]:
    plain: list[Any] = array.tolist()
    if form is number_form and _is_exact(array):
        return plain
    return [form(element) for element in plain]


def _is_exact(array: np.ndarray) -> bool:
    """Tell whether JSON keeps every element, so that none needs to be looked at alone."""
    if array.dtype.kind == "f":
        return bool(np.isfinite(array).all())
    return array.dtype.kind == "b" or (array.dtype.kind in "iu" and array.dtype.itemsize < 8)


def _encoded(encoding: str, data: Any, array_limit: int) -> dict[str, Any]:
    content = data.encode() if isinstance(data, str) else bytes(data)
    if len(content) > array_limit:
        return {"encoding": encoding, "size": len(content)}
    return {"encoding": encoding, **bytes_form(content)}


def _map(value: Any, reading: PlainReading, mapping: Mapping[str, str]) -> Any:
    if isinstance(value, list):
        mapped = [_map_one(element, element, mapping) for element in value]
        return value if mapped == value else mapped
    if value is None or isinstance(value, dict):
        return value
    number = reading.value if reading.type == "DevEnum" else value
    return _map_one(value, number, mapping)


def _map_one(value: Any, number: Any, mapping: Mapping[str, str]) -> Any:
    for text in (*text_forms(value), *text_forms(number)):
        if text in mapping:
            return mapping[text]
    return value
