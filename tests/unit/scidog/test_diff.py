import pytest

from scidog.diff import difference, in_words, summary
from scifish.selection import Entry, Selection

RING = Entry(name="Ring current", device="r1/dia/ring", attribute="current", unit="mA")
SLIT = Entry(group="Slits", name="slit1 h", device="b107a/opt/slit-01", attribute="position", unit="um")
VALVE = Entry(name="Valve", device="b107a/vac/valve", attribute="position", mapping={"4": "insert"})


def selection(*entries: Entry) -> Selection:
    return Selection(name="all", entries=entries)


def test_equal_selections_do_not_differ() -> None:
    found = difference(selection(RING, SLIT), selection(RING, SLIT))
    assert not found
    assert in_words(found) == ["no difference"]
    assert summary(found) == "no difference"


def test_an_added_and_a_removed_entry_are_named_with_their_source() -> None:
    found = difference(selection(RING, SLIT), selection(RING, VALVE))
    assert in_words(found) == [
        "added Valve (b107a/vac/valve/position)",
        "removed Slits / slit1 h (b107a/opt/slit-01/position)",
    ]
    assert summary(found) == "1 added, 1 removed"


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"unit": "A"}, "changed Ring current: unit mA → A"),
        ({"unit": None}, "changed Ring current: unit mA → none"),
        ({"attribute": "lifetime"}, "changed Ring current: attribute current → lifetime"),
        ({"mapping": {"0": "off"}}, "changed Ring current: mapping none → {0 → off}"),
        ({"name": "I ring"}, "changed Ring current: name Ring current → I ring"),
        ({"group": "Machine"}, "changed Ring current: group none → Machine"),
    ],
)
def test_a_changed_field_is_told_with_both_values(update: dict[str, object], words: str) -> None:
    found = difference(selection(SLIT, RING), selection(SLIT, RING.model_copy(update=update)))
    assert in_words(found) == [words]
    assert summary(found) == "1 changed"


def test_only_another_order_is_told_as_such() -> None:
    found = difference(selection(RING, SLIT), selection(SLIT, RING))
    assert found
    assert in_words(found) == ["the order of the entries changed"]


def test_two_names_for_one_attribute_stay_two_entries() -> None:
    twice = RING.model_copy(update={"name": "again"})
    assert in_words(difference(selection(RING, twice), selection(twice))) == [
        "removed Ring current (r1/dia/ring/current)"
    ]
