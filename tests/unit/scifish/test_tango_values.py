"""Every Tango value has one JSON form, a unit or an explicit none, and keeps what was read."""

import json
import math
from datetime import datetime, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from scifish.message_parts import is_leaf
from scifish.selection import Entry
from scifish.tango_values import (
    STATES,
    Configuration,
    PlainReading,
    choose_unit,
    json_form,
    summarise,
    to_leaf,
)

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=timezone.utc)
INTEGERS = ["DevUChar", "DevShort", "DevUShort", "DevLong", "DevULong", "DevLong64", "DevULong64"]


def entry(**fields):
    return Entry(**{"group": "slits", "name": "gap", "device": "a/b/c", "attribute": "Gap", **fields})


NOTHING = Configuration()


def leaf(value, type_="DevDouble", format_="SCALAR", about=NOTHING, limit=10, **fields):
    reading = PlainReading(value, type_, format_, "VALID", NOW)
    return to_leaf(reading, entry(**fields), about, limit)


def form(value, type_="DevDouble", format_="SCALAR", labels=(), limit=10):
    return json_form(PlainReading(value, type_, format_), labels, limit)


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        (True, "DevBoolean", True),
        (False, "DevBoolean", False),
        (2**53, "DevLong64", 2**53),
        (-(2**53), "DevLong64", -(2**53)),
        (2**53 + 1, "DevLong64", "9007199254740993"),
        (-(2**63), "DevLong64", "-9223372036854775808"),
        (2**64 - 1, "DevULong64", "18446744073709551615"),
        (1.5, "DevFloat", 1.5),
        (math.nan, "DevDouble", "NaN"),
        (math.inf, "DevDouble", "Infinity"),
        (-math.inf, "DevDouble", "-Infinity"),
        ("Größe", "DevString", "Größe"),
        ("NaN", "DevString", "NaN"),
        (("jpeg24", b"\x00\xff"), "DevEncoded", {"encoding": "jpeg24", "base64": "AP8="}),
        (("utf8", "ü"), "DevEncoded", {"encoding": "utf8", "base64": "w7w="}),
        (("jpeg24", b"x" * 11), "DevEncoded", {"encoding": "jpeg24", "size": 11}),
        (b"\x00", "DevString", {"base64": "AA=="}),
        (6, "DevState", "MOVING"),
        (None, "DevDouble", None),
    ],
)
def test_each_scalar_has_its_one_form(value, type_, expected):
    assert form(value, type_) == expected
    assert type(form(value, type_)) is type(expected)


def test_an_enum_is_its_label_and_a_number_without_label_stays_a_number():
    labels = ("OPEN", "CLOSED")
    assert form(1, "DevEnum", labels=labels) == "CLOSED"
    assert form(2, "DevEnum", labels=labels) == 2
    assert form(-1, "DevEnum", labels=labels) == -1
    assert form(np.array([1, 0, 7], np.int16), "DevEnum", "SPECTRUM", labels) == ["CLOSED", "OPEN", 7]


def test_states_in_spectra_are_numbers_in_tango_and_names_in_the_message():
    numbers = np.arange(len(STATES), dtype=np.uint32)
    assert form(numbers, "DevState", "SPECTRUM", limit=20) == list(STATES)


def test_an_empty_spectrum_is_an_empty_list():
    assert form(np.array([]), "DevDouble", "SPECTRUM") == []
    assert form((), "DevString", "SPECTRUM") == []


def test_one_element_beyond_the_limit_makes_a_summary():
    assert form(np.arange(10.0), "DevDouble", "SPECTRUM") == list(range(10))
    summary = form(np.arange(11.0), "DevDouble", "SPECTRUM")
    assert summary == {"shape": [11], "dtype": "float64", "min": 0.0, "max": 10.0, "mean": 5.0}


@pytest.mark.parametrize("type_", ["DevDouble", "DevString", "DevState", "DevEnum", "DevUChar"])
def test_an_image_is_never_inlined_however_small(type_):
    value = (("a", "b"),) if type_ == "DevString" else np.ones((1, 2), np.uint8)
    assert form(value, type_, "IMAGE")["shape"] == [1, 2]


def test_a_summary_leaves_nan_out_and_tells_infinity():
    summary = summarise(np.array([math.nan, 1.0, math.inf]))
    assert (summary["min"], summary["max"], summary["mean"]) == (1.0, "Infinity", "Infinity")
    assert summarise(np.array([math.inf, -math.inf]))["mean"] == "NaN"


@pytest.mark.parametrize("array", [np.array([]), np.array([math.nan, math.nan]), np.zeros((0, 0))])
def test_a_summary_without_any_number_says_null(array):
    assert [summarise(array)[key] for key in ("min", "max", "mean")] == [None, None, None]


def test_a_summary_of_text_or_states_has_no_numbers():
    assert summarise(np.array([["a"]], object), "DevString")["dtype"] == "str"
    assert summarise(np.array([3, 4]), "DevState") == {
        "shape": [2],
        "dtype": "state",
        "min": None,
        "max": None,
        "mean": None,
    }


@pytest.mark.parametrize(
    ("wanted", "own", "unit"),
    [
        (None, "mm", "mm"),
        ("µm", "mm", "µm"),
        (None, "", None),
        (None, "No unit", None),
        (None, " ", None),
        ("", "mm", None),
        ("No unit", "mm", None),
        (None, "%", "%"),
    ],
)
def test_the_entrys_unit_wins_and_no_unit_is_an_explicit_none(wanted, own, unit):
    assert choose_unit(wanted, own) == unit
    document = json.loads(leaf(1.0, about=Configuration(own), unit=wanted).model_dump_json())
    assert document["unit"] == unit


@pytest.mark.parametrize(
    ("value", "type_", "key", "original"),
    [
        (True, "DevBoolean", "True", True),
        (True, "DevBoolean", "true", True),
        (4, "DevShort", "4", 4),
        (4.0, "DevDouble", "4", 4.0),
        (4.0, "DevDouble", "4.0", 4.0),
        (2**60, "DevLong64", str(2**60), str(2**60)),
        (1, "DevEnum", "IN", "IN"),
        (1, "DevEnum", "1", "IN"),
        (6, "DevState", "MOVING", "MOVING"),
        ("a b", "DevString", "a b", "a b"),
        (math.nan, "DevDouble", "NaN", "NaN"),
    ],
)
def test_a_mapping_names_the_text_of_a_value_and_the_original_is_kept(value, type_, key, original):
    made = leaf(value, type_, about=Configuration(labels=("OUT", "IN")), mapping={key: "shown"})
    assert (made.value, made.raw) == ("shown", original)


def test_a_value_that_the_mapping_does_not_name_stays_and_needs_no_raw():
    made = leaf(4, "DevShort", mapping={"5": "shown"})
    assert (made.value, made.raw) == (4, None)
    assert "raw" not in made.model_dump()


def test_a_mapping_maps_each_element_of_a_spectrum():
    made = leaf(np.array([1, 2, 3]), "DevLong", "SPECTRUM", mapping={"1": "one", "3": "three"})
    assert (made.value, made.raw) == (["one", 2, "three"], [1, 2, 3])


def test_a_summary_is_not_mapped():
    made = leaf(np.zeros((1, 1)), "DevDouble", "IMAGE", mapping={"0": "zero"})
    assert made.value["shape"] == [1, 1]
    assert made.raw is None


def test_a_leaf_says_quality_read_time_source_and_type():
    made = to_leaf(PlainReading(None, "DevDouble", "SCALAR", "INVALID", NOW), entry(), Configuration(), 10)
    assert json.loads(made.model_dump_json()) == {
        "value": None,
        "unit": None,
        "quality": "INVALID",
        "read_time": "2026-11-21T04:00:00.000000Z",
        "source": "a/b/c/gap",
        "type": "DevDouble",
    }
    assert is_leaf(made.model_dump())


ARRAYS = st.one_of(
    hnp.arrays(dtype, hnp.array_shapes(min_dims=1, max_dims=1, min_side=0, max_side=14))
    for dtype in (np.float64, np.float32, np.int64, np.uint64, np.int16, np.uint8, np.bool_)
)


@given(ARRAYS)
def test_any_spectrum_survives_json_exactly_or_is_summarised(array):
    made = leaf(array, "DevDouble", "SPECTRUM")
    told = json.loads(made.model_dump_json(), parse_constant=pytest.fail)["value"]
    if array.size > 10:
        assert told["shape"] == list(array.shape)
        return
    for element, original in zip(told, array.tolist(), strict=True):
        back = type(original)(element) if isinstance(element, str) else element
        assert back == original or (math.isnan(back) and math.isnan(original))


@given(st.sampled_from(INTEGERS), st.integers(-(2**63), 2**64 - 1))
def test_any_integer_survives_readers_that_know_only_doubles(type_, number):
    told = json.loads(json.dumps(form(number, type_)), parse_int=lambda text: int(float(text)))
    assert int(told) == number


@given(hnp.arrays(np.float64, hnp.array_shapes(max_dims=2, max_side=6)))
def test_a_summarys_mean_lies_between_its_min_and_max(array):
    summary = summarise(array)
    if all(isinstance(summary[key], float) for key in ("min", "max", "mean")):
        slack = 1e-9 * max(abs(summary["min"]), abs(summary["max"]))
        assert summary["min"] - slack <= summary["mean"] <= summary["max"] + slack
