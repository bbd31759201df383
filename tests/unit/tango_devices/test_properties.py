"""Device properties: a wrong one is named, one of Tango's own is left alone."""

import pytest

from tango_devices.properties import Properties, PropertyError, parse_properties, unknown_properties


class Example(Properties):
    beamline: str
    sessions: list[str] = []
    begin_wait: float = 0.25


def test_properties_are_read_by_their_tango_names_in_any_case():
    found = parse_properties(
        Example, {"BEAMLINE": ["demo"], "Sessions": ["a=b", " ", "c=d"], "BeginWait": ["0"]}
    )
    assert found == Example(beamline="demo", sessions=["a=b", "c=d"], begin_wait=0.0)


def test_an_empty_property_is_as_if_it_were_not_there():
    with pytest.raises(PropertyError, match="property Beamline is missing"):
        parse_properties(Example, {"Beamline": [""]})


def test_an_unparsable_property_is_named_with_its_value():
    with pytest.raises(PropertyError, match="property BeginWait: .*'soon'"):
        parse_properties(Example, {"Beamline": ["demo"], "BeginWait": ["soon"]})


@pytest.mark.parametrize(
    "name",
    ["polled_attr", "Pending_poll_period", "logging_level", "__SubDevices", "_my_note", "min_poll_period"],
)
def test_what_tango_stores_itself_is_not_unknown(name):
    assert unknown_properties(Example, [name, "Beamline"]) == []


def test_a_typing_error_is_unknown():
    assert unknown_properties(Example, ["Beamlin", "beamline"]) == ["Beamlin"]
