import pytest

from config_gui.models.form import Form, FormError, from_entry, parse_mapping, suggested_name, to_entry
from scifish.selection import Entry

FULL = Form(
    group="Slits",
    name="slit1 h",
    device="B107A/opt/slit-01",
    attribute="Position",
    unit="um",
    mapping="True -> A\nFalse -> B",
)


def test_a_full_form_is_an_entry_with_tango_names_in_lower_case() -> None:
    assert to_entry(FULL) == Entry(
        group="Slits",
        name="slit1 h",
        device="b107a/opt/slit-01",
        attribute="position",
        unit="um",
        mapping={"True": "A", "False": "B"},
    )


def test_empty_optional_fields_are_none() -> None:
    entry = to_entry(Form(name="x", device="a/b/c", attribute="d", group=" ", unit=""))
    assert (entry.group, entry.unit, entry.mapping) == (None, None, None)


def test_an_entry_survives_its_way_through_the_form() -> None:
    entry = to_entry(FULL)
    assert to_entry(from_entry(entry)) == entry


def test_every_wrong_field_is_told_at_once() -> None:
    with pytest.raises(FormError) as wrong:
        to_entry(Form(device="a/b", mapping="nonsense"))
    assert wrong.value.fields == {
        "name": "is missing",
        "device": "'a/b' is not a Tango device name such as b107a/opt/slit-01",
        "attribute": "is missing",
        "mapping": "'nonsense' is not: value read -> value shown",
    }


@pytest.mark.parametrize("text", ["4 -> insert", "4 → insert", "4=insert", "\n  4  ->  insert \n\n"])
def test_a_mapping_may_be_written_with_any_arrow(text: str) -> None:
    assert parse_mapping(text) == {"4": "insert"}


@pytest.mark.parametrize("text", ["4 -> insert\n4 -> extract", "-> insert", "4 ->", "4"])
def test_a_mapping_that_is_not_clear_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"mapped twice|is not: value read"):
        parse_mapping(text)


def test_a_name_is_suggested_out_of_the_attribute() -> None:
    assert suggested_name("pressure_1") == "Pressure 1"
    assert suggested_name("") == ""
