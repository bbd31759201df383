import pytest

from config_gui.models.draft import Draft, empty_draft
from scifish.errors import SelectionError
from scifish.selection import Entry, Selection

RING = Entry(name="Ring current", device="r1/dia/ring", attribute="current")
SLIT = Entry(group="Slits", name="slit1 h", device="b107a/opt/slit-01", attribute="position")
GAUGE = Entry(name="Pressure", device="b107a/vac/gauge-01", attribute="pressure")
BASE = Selection(name="all", revision=3, entries=(RING, SLIT))


def test_a_fresh_draft_has_nothing_to_save() -> None:
    assert not Draft(BASE).is_changed
    assert Draft(BASE).marks() == ["", ""]


def test_what_is_added_changed_and_removed_is_known_by_row() -> None:
    draft = Draft(BASE)
    draft.add(GAUGE)
    draft.replace(1, SLIT.model_copy(update={"unit": "um"}))
    assert draft.marks() == ["", "changed", "added"]
    draft.remove(0)
    assert draft.marks() == ["changed", "added"]
    assert [entry.name for entry in draft.difference.removed] == ["Ring current"]


def test_an_edit_undone_by_hand_is_no_change() -> None:
    draft = Draft(BASE)
    draft.remove(1)
    draft.add(SLIT)
    assert not draft.is_changed


def test_a_name_that_is_taken_is_refused_and_changes_nothing() -> None:
    draft = Draft(BASE)
    with pytest.raises(SelectionError, match="two entries are called no group / Ring current"):
        draft.add(RING)
    assert not draft.is_changed


def test_a_draft_is_saved_as_the_revision_after_the_one_it_began_with() -> None:
    draft = Draft(BASE)
    draft.add(GAUGE)
    assert draft.selection.revision == 3
    draft.put_on_top_of(BASE.model_copy(update={"revision": 5}))
    assert draft.selection.revision == 5
    assert draft.selection.entries == (RING, SLIT, GAUGE)


def test_discarding_goes_back_to_what_was_saved() -> None:
    draft = Draft(BASE)
    draft.remove(0)
    draft.discard()
    assert draft.entries == BASE.entries


def test_a_new_selection_needs_a_name() -> None:
    with pytest.raises(SelectionError, match="printable name"):
        empty_draft("  ")
    assert empty_draft("small").selection.revision == 0
