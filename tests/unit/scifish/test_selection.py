"""A selection refuses what could not be captured or told apart."""

import json

import pytest

from scifish.errors import SelectionError
from scifish.selection import Entry, Selection, parse_selection


def entry(**changes):
    return {"name": "ring current", "device": "R3/DIA/DCCT-01", "attribute": "Current", **changes}


def text(*entries):
    return json.dumps({"name": "default", "entries": list(entries)})


def test_tango_names_do_not_depend_on_case():
    assert parse_selection(text(entry())).entries[0].source == "r3/dia/dcct-01/current"


def test_the_hash_is_of_the_entries_alone():
    one = Selection(name="a", entries=(Entry(**entry()),))
    other = Selection(name="b", revision=7, author="me", entries=(Entry(**entry()),))
    changed = Selection(name="a", entries=(Entry(**entry(unit="mA")),))
    assert one.hash == other.hash != changed.hash
    assert other.reference().model_dump() == {"name": "b", "revision": 7, "hash": one.hash}


def test_entries_are_read_device_by_device():
    selection = parse_selection(
        text(entry(), entry(name="x", device="a/b/c"), entry(name="lifetime", attribute="l"))
    )
    assert {device: len(found) for device, found in selection.by_device().items()} == {
        "r3/dia/dcct-01": 2,
        "a/b/c": 1,
    }


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ([entry(), entry(attribute="other")], "two entries"),
        ([entry(name="slit"), entry(group="slit")], "entry and of a group"),
        ([entry(device="ring")], "not a Tango device name"),
        ([entry(device="a/b/c; rm")], "not a Tango device name"),
        ([entry(attribute="a/b")], "not a Tango attribute name"),
        ([entry(name="  ")], "not a printable name"),
        ([entry(group="snapshot")], "filled by Sardana"),
        ([entry(colour="red")], "colour"),
    ],
)
def test_what_cannot_be_captured_is_refused_with_the_value(entries, says):
    with pytest.raises(SelectionError, match=says):
        parse_selection(text(*entries))
