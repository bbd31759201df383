"""What a real device says arrives in its one form, with its unit, and each failure beside it."""

import json
from datetime import datetime, timedelta, timezone

import pytest
import tango

from scifish.attributes.reader import SnapshotReader
from scifish.message_parts import is_leaf
from scifish.selection import Entry, Selection
from scifish.testing.one_of_everything import EXAMPLES
from tests.waiting import wait_for


@pytest.fixture
def read(everything, reader):
    def read_(*attributes, **fields):
        entries = [
            Entry(name=name, device=everything.address, attribute=name, **fields) for name in attributes
        ]
        reading = reader.begin(Selection(name="s", entries=tuple(entries)))
        assert reading.wait(30.0)
        return reading.result()

    return read_


SCALARS = {
    "DevBoolean": True,
    "DevUChar": 0,
    "DevShort": -32768,
    "DevUShort": 0,
    "DevLong": -(2**31),
    "DevULong": 0,
    "DevLong64": str(-(2**63)),
    "DevULong64": 0,
    "DevFloat": "NaN",
    "DevDouble": "NaN",
    "DevString": "Größe",
    "DevState": "ON",
}
SPECTRA = {
    "DevBoolean": [True, False, True],
    "DevUChar": [0, 7, 255],
    "DevShort": [-32768, 0, 32767],
    "DevUShort": [0, 1, 65535],
    "DevLong": [-(2**31), 0, 2**31 - 1],
    "DevULong": [0, 1, 2**32 - 1],
    "DevLong64": [str(-(2**63)), 0, str(2**53 + 1)],
    "DevULong64": [0, 2**53, str(2**64 - 1)],
    "DevFloat": ["NaN", 0.5, "-Infinity"],
    "DevDouble": ["NaN", 0.5, "Infinity"],
    "DevString": ["Größe", "", "x"],
    "DevState": ["ON", "UNKNOWN", "CLOSE"],
}


def test_the_table_below_names_every_type_of_the_device():
    assert SCALARS.keys() == SPECTRA.keys() == {str(kind) for kind in EXAMPLES}


@pytest.mark.parametrize("kind", sorted(SCALARS))
def test_every_type_in_every_format(read, kind):
    snapshot = read(f"{kind}_scalar", f"{kind}_spectrum", f"{kind}_image")
    assert snapshot.failures == []
    scalar, spectrum, image = snapshot.values.values()
    assert (scalar.value, spectrum.value) == (SCALARS[kind], SPECTRA[kind])
    assert image.value["shape"] == [2, 3]
    assert {scalar.type, spectrum.type, image.type} == {kind}
    for leaf in (scalar, spectrum, image):
        json.loads(leaf.model_dump_json(), parse_constant=pytest.fail)
        assert is_leaf(leaf.model_dump())


def test_enums_are_labels_and_encoded_is_base64(read):
    values = read("colour", "colours", "encoded", "State").values
    assert values["colour"].value == "GREEN"
    assert values["colours"].value == ["BLUE", "RED"]
    assert values["encoded"].value == {"encoding": "jpeg24", "base64": "AP8Q"}
    assert values["State"].value == "UNKNOWN"


def test_a_mapping_is_applied_to_what_the_device_says(read):
    leaf = read("colour", mapping={"GREEN": "laser on"}).values["colour"]
    assert (leaf.value, leaf.raw) == ("laser on", "GREEN")


def test_units_come_from_the_attribute_unless_the_entry_names_one(read):
    assert read("with_unit").values["with_unit"].unit == "mA"
    assert read("with_unit", unit="A").values["with_unit"].unit == "A"
    assert read("slow").values["slow"].unit is None


def test_quality_and_read_time_are_the_devices(read):
    values = read("alarming", "invalid", "with_unit").values
    assert [values[name].quality for name in ("alarming", "invalid", "with_unit")] == [
        "ALARM",
        "INVALID",
        "VALID",
    ]
    assert values["invalid"].value is None
    age = datetime.now(timezone.utc) - values["with_unit"].read_time
    assert timedelta(0) <= age < timedelta(seconds=5)


def test_long_spectra_are_summarised_and_empty_ones_are_empty(read):
    values = read("long_spectrum", "empty_spectrum").values
    summary = {"shape": [5000], "dtype": "float64", "min": 0.0, "max": 4998.0, "mean": 2499.0}
    assert values["long_spectrum"].value == summary
    assert values["empty_spectrum"].value == []


def test_a_failing_and_an_unknown_attribute_stand_beside_the_good_ones(read):
    snapshot = read("with_unit", "failing", "not_there", "colour")
    assert set(snapshot.values) == {"with_unit", "colour"}
    assert (snapshot.values["with_unit"].unit, snapshot.values["colour"].value) == ("mA", "GREEN")
    assert {failure.attribute: failure.reason for failure in snapshot.failures} == {
        "failing": "RuntimeError: the cover is closed",
        "not_there": "the device has no such attribute",
    }


def test_groups_hold_their_names_and_the_rest_stands_on_top(everything, reader):
    place = {"device": everything.address, "attribute": "with_unit"}
    entries = (Entry(group="ring", name="current", **place), Entry(name="current", **place))
    reading = reader.begin(Selection(name="s", entries=entries))
    assert reading.wait(30.0)
    values = reading.result().values
    assert values["ring"]["current"].value == values["current"].value == 250.5


def test_nothing_selected_is_answered_at_once(reader):
    reading = reader.begin(Selection(name="empty"))
    assert reading.wait(0.0)
    assert reading.result().values == {}


def test_a_unit_changed_with_a_restart_is_taken_up(victim, reader, selecting):
    server = victim()
    selection = selecting(f"{server.address}/with_unit")
    before = reader.begin(selection)
    assert before.wait(30.0)
    server.stop()
    silent = reader.begin(selection)
    assert silent.wait(30.0)
    assert silent.result().values == {}
    database = tango.Database()
    database.put_device_attribute_property(server.address, {"with_unit": {"unit": ["A"]}})
    server.start()
    server.wait_ready()
    units = {leaf.unit for leaf in before.result().values.values()}
    assert (units, unit_when_back(reader, selection)) == ({"mA"}, "A")


def unit_when_back(reader: SnapshotReader, selection: Selection) -> str:
    def read_once():
        reading = reader.begin(selection)
        reading.wait(1.0)
        return [leaf.unit for leaf in reading.result().values.values()]

    return wait_for(read_once, 10.0, "the device answers again")[0]
