"""Everything the window does, without a window and without Tango."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config_gui.models.background import Outcome, Then
from config_gui.models.editor import Editor
from config_gui.models.news import News
from scidog.errors import ScidogError
from scidog.last_good import LastGood
from scidog.service import SelectionService
from scidog.testing.local_client import LocalClient
from scidog.testing.memory_store import MemoryStore
from scifish.selection import Entry, Selection

RING = Entry(name="Ring current", device="r1/dia/ring", attribute="current")
SLIT = Entry(name="slit", device="b107a/opt/slit-01", attribute="position")


def run_at_once(function: Callable[[], Any], then: Then) -> None:
    try:
        outcome = Outcome(result=function())
    except ScidogError as error:
        outcome = Outcome(error=error)
    then(outcome)


class Desk:
    """An editor, the SciDog behind it, and the news that the window would fetch."""

    def __init__(self, folder: Path) -> None:
        self.store = MemoryStore()
        self.dog = LocalClient(SelectionService(self.store, LastGood(folder / "copy.json")))
        self.shown = ""
        self.editor = Editor(self.dog, run_at_once, "cleo@here", lambda: None, self._show)

    def _show(self, name: str) -> None:
        self.shown = name

    def fetch(self) -> None:
        active, names = self.dog.active(), tuple(self.dog.names())
        name = self.shown or (active.name if active else "") or (names[0] if names else "")
        newest = self.dog.get(name) if name in names else None
        self.editor.take_news(News(names, active.name if active else "", "ON", "fine", name, newest))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    desk.dog.save(Selection(name="all", entries=(RING,), author="anna"))
    desk.dog.save(Selection(name="small", author="anna"))
    desk.dog.switch("all")
    desk.fetch()
    return desk


def test_the_active_selection_is_shown_first(desk: Desk) -> None:
    assert desk.editor.draft.base.name == "all"
    assert desk.editor.is_active


def test_another_selection_is_shown_when_it_is_chosen(desk: Desk) -> None:
    desk.editor.show("small")
    desk.fetch()
    assert desk.editor.draft.base == desk.dog.get("small")
    assert not desk.editor.is_active


def test_what_others_save_is_followed_while_nothing_is_edited_here(desk: Desk) -> None:
    theirs = desk.dog.save(desk.dog.get("all").model_copy(update={"entries": (RING, SLIT)}))
    desk.fetch()
    assert desk.editor.draft.base == theirs
    assert desk.editor.meanwhile is None


def test_saving_makes_the_next_revision_with_author_and_comment(desk: Desk) -> None:
    desk.editor.new_entry(SLIT)
    desk.editor.save("slit is back")
    saved = desk.dog.get("all")
    assert (saved.revision, saved.author, saved.comment) == (2, "cleo@here", "slit is back")
    assert not desk.editor.draft.is_changed
    assert desk.editor.message.text == "saved as revision 2 of “all”"


def test_an_entry_whose_name_is_taken_is_refused_in_words(desk: Desk) -> None:
    assert not desk.editor.new_entry(RING)
    assert desk.editor.message.kind == "bad"
    assert "two entries are called" in desk.editor.message.text


def test_what_others_save_while_something_is_edited_here_is_told_in_words(desk: Desk) -> None:
    desk.editor.new_entry(SLIT)
    desk.dog.save(desk.dog.get("all").model_copy(update={"entries": (), "author": "bert"}))
    desk.fetch()
    assert desk.editor.meanwhile is not None
    assert desk.editor.meanwhile.headline == (
        "bert saved revision 2 of “all” while you edited revision 1: 1 removed."
    )
    assert desk.editor.meanwhile.details == ("removed Ring current (r1/dia/ring/current)",)
    assert desk.editor.draft.entries == (RING, SLIT)


def test_a_stale_save_is_refused_and_the_edit_stays(desk: Desk) -> None:
    desk.editor.new_entry(SLIT)
    desk.dog.save(desk.dog.get("all").model_copy(update={"author": "bert"}))
    desk.editor.save()
    assert desk.editor.message.text.startswith(
        "not saved: 'all': you edited revision 1, but bert saved revision 2"
    )
    assert desk.editor.draft.entries == (RING, SLIT)


def test_mine_can_be_kept_on_top_of_theirs(desk: Desk) -> None:
    desk.editor.new_entry(SLIT)
    desk.dog.save(desk.dog.get("all").model_copy(update={"entries": (), "author": "bert"}))
    desk.fetch()
    desk.editor.keep_mine()
    desk.editor.save()
    assert (desk.dog.get("all").revision, desk.dog.get("all").entries) == (3, (RING, SLIT))


def test_theirs_can_be_taken_and_mine_dropped(desk: Desk) -> None:
    desk.editor.new_entry(SLIT)
    theirs = desk.dog.save(desk.dog.get("all").model_copy(update={"entries": (), "author": "bert"}))
    desk.fetch()
    desk.editor.take_theirs()
    assert desk.editor.draft.base == theirs
    assert not desk.editor.draft.is_changed


def test_what_was_deleted_meanwhile_can_be_made_again(desk: Desk) -> None:
    desk.editor.show("small")
    desk.fetch()
    desk.editor.new_entry(SLIT)
    desk.dog.delete("small", 1)
    desk.fetch()
    assert desk.editor.meanwhile is not None
    assert "was deleted while you edited revision 1" in desk.editor.meanwhile.headline
    desk.editor.keep_mine()
    desk.editor.save()
    assert desk.dog.get("small").entries == (SLIT,)


def test_with_unsaved_changes_another_selection_is_shown_only_after_asking(desk: Desk) -> None:
    desk.editor.new_entry(SLIT)
    desk.editor.show("small")
    assert desk.editor.wanted == "small"
    assert desk.editor.draft.base.name == "all"
    desk.editor.stay()
    assert desk.editor.wanted is None
    assert desk.editor.draft.is_changed


@pytest.mark.parametrize(("answer", "revision"), [("save", 2), ("discard", 1)])
def test_after_the_answer_the_other_selection_is_shown(desk: Desk, answer: str, revision: int) -> None:
    desk.editor.new_entry(SLIT)
    desk.editor.show("small")
    getattr(desk.editor, answer)()
    desk.fetch()
    assert desk.editor.draft.base.name == "small"
    assert desk.dog.get("all").revision == revision


def test_saving_under_another_name_makes_a_new_selection(desk: Desk) -> None:
    desk.editor.new_entry(SLIT)
    desk.editor.save(name="all and slit")
    assert desk.dog.get("all and slit").revision == 1
    assert desk.dog.get("all").entries == (RING,)
    assert desk.editor.draft.base.name == "all and slit"


def test_saving_under_a_name_that_is_taken_is_refused(desk: Desk) -> None:
    desk.editor.save(name="small")
    assert "you edited revision 0, but anna saved revision 1" in desk.editor.message.text


def test_a_new_selection_exists_once_it_is_saved(desk: Desk) -> None:
    desk.editor.start_new("xps")
    desk.fetch()
    assert desk.editor.draft.base.name == "xps"
    assert desk.dog.names() == ["all", "small"]
    desk.editor.save()
    assert desk.dog.names() == ["all", "small", "xps"]


def test_switching_makes_the_shown_selection_active(desk: Desk) -> None:
    desk.editor.show("small")
    desk.fetch()
    desk.editor.make_active()
    desk.fetch()
    assert desk.editor.is_active
    active = desk.dog.active()
    assert active is not None
    assert active.name == "small"


def test_after_a_deletion_the_active_selection_is_shown(desk: Desk) -> None:
    desk.editor.show("small")
    desk.fetch()
    desk.editor.delete()
    desk.fetch()
    assert desk.editor.draft.base.name == "all"
    assert desk.dog.names() == ["all"]


def test_without_scidog_the_edit_stays_and_the_trouble_is_told(desk: Desk) -> None:
    desk.editor.new_entry(SLIT)
    desk.editor.take_news(News(trouble="demo/ctl/scidog-01 does not answer"))
    assert desk.editor.news.trouble == "demo/ctl/scidog-01 does not answer"
    assert desk.editor.news.names == ("all", "small")
    assert desk.editor.draft.is_changed


def test_a_store_that_is_away_is_told_and_the_edit_can_be_saved_later(desk: Desk) -> None:
    desk.editor.new_entry(SLIT)
    desk.store.away = "MongoDB does not answer"
    desk.editor.save()
    assert desk.editor.message.text == "MongoDB does not answer"
    assert desk.editor.draft.is_changed
    desk.store.away = None
    desk.editor.save()
    assert desk.dog.get("all").revision == 2


def test_what_others_delete_is_followed_while_nothing_is_edited_here(desk: Desk) -> None:
    desk.editor.show("small")
    desk.fetch()
    desk.dog.delete("small", 1)
    desk.fetch()
    assert desk.editor.message.text == "“small” is deleted; its history stays"
    desk.fetch()
    assert desk.editor.draft.base.name == "all"


def test_news_that_was_asked_for_before_another_choice_is_not_shown(desk: Desk) -> None:
    late = News(("all", "small"), "all", "ON", "fine", "all", desk.dog.get("all"))
    desk.editor.show("small")
    desk.editor.take_news(late)
    assert desk.editor.draft.base.name == "small"


def test_what_is_shown_stays_when_somebody_else_makes_another_selection_active(desk: Desk) -> None:
    desk.dog.switch("small")
    desk.fetch()
    assert desk.editor.draft.base.name == "all"
    assert not desk.editor.is_active
