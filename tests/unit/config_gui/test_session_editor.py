"""What PathFixer's panel does, without a window and without Tango."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from config_gui.models.background import Outcome, Then
from config_gui.models.session_editor import SessionEditor
from config_gui.models.session_fields import NOT_INITIALISED, Field, SetValues, read_values, values_of
from config_gui.models.session_news import SessionNews
from pathfixer.choices import Question
from pathfixer.errors import CommandError, ReasonWantedError
from pathfixer.look import Activity
from sdm.folders.findings import Finding
from tests.unit.config_gui.sessions import CLOSED, OPEN, SET, look_at


class Device:
    """Plays the client of a PathFixer; the outcome of a call waits until the test lets it end."""

    def __init__(self) -> None:
        self.called: list[tuple[Any, ...]] = []
        self.to_see_to: list[str] = []
        self.error: CommandError | None = None
        self.findings: list[Finding] = []
        self.pending: list[Callable[[], None]] = []
        self.reasons: list[dict[str, str]] = []

    def run(self, function: Callable[[], Any], then: Then) -> None:
        def end() -> None:
            try:
                outcome = Outcome(result=function())
            except CommandError as error:
                outcome = Outcome(error=error)
            then(outcome)

        self.pending.append(end)

    def finish(self) -> None:
        self.pending.pop()()

    def open_session(self, *request: str | None, asked_by: str, **reasons: str) -> list[str]:
        self.reasons.append({"asked_by": asked_by, **reasons})
        return self._answer("open", *request)

    def set_sample(self, sample: str) -> None:
        self._answer("sample", sample)

    def close_session(self, *, asked_by: str, **reasons: str) -> list[str]:
        self.reasons.append({"asked_by": asked_by, **reasons})
        return self._answer("close")

    def check(self) -> list[Finding]:
        self._answer("check")
        return self.findings

    def _answer(self, *called: str | None) -> list[str]:
        self.called.append(called)
        if self.error is not None:
            raise self.error
        return self.to_see_to


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def asked() -> list[Question]:
    return []


@pytest.fixture
def editor(device: Device, asked: list[Question]) -> SessionEditor:
    editor = SessionEditor(device, device.run, "cleo@here", lambda: None, asked.append)
    editor.take_news(look_at(CLOSED))
    return editor


def fill(editor: SessionEditor, values: SetValues) -> None:
    for field in Field:
        editor.set(field, values.get(field))


def test_what_is_set_follows_the_session_until_somebody_edits(editor: SessionEditor) -> None:
    editor.take_news(look_at(OPEN))
    assert editor.values == values_of(OPEN) == SET
    editor.set(Field.SAMPLE, "air")
    editor.take_news(look_at(OPEN.model_copy(update={"revision": 2, "sample": "water"})))
    assert editor.values.sample == "air"
    editor.discard()
    assert editor.values.sample == "water"


def set_while_opening(editor: SessionEditor, device: Device, field: Field, text: str) -> None:
    """Set something while a session is shown open already, its visit chosen, and the answer has not come."""
    fill(editor, replace(SET, visit=""))
    editor.open()
    editor.take_news(look_at(OPEN))
    editor.set(field, text)
    device.finish()


def test_a_sample_typed_while_the_session_is_being_opened_is_the_next_one(
    editor: SessionEditor, device: Device
) -> None:
    set_while_opening(editor, device, Field.SAMPLE, "air")
    editor.take_news(look_at(OPEN))
    assert editor.values == replace(SET, sample="air") and editor.is_only_sample


def test_another_proposal_chosen_meanwhile_is_left_as_it_is(editor: SessionEditor, device: Device) -> None:
    set_while_opening(editor, device, Field.PROPOSAL, "20170307")
    editor.take_news(look_at(OPEN))
    assert editor.values == SetValues("carlcarl", "20170307") and not editor.is_only_sample


def test_news_from_before_the_opening_does_not_take_back_what_was_typed(
    editor: SessionEditor, device: Device
) -> None:
    set_while_opening(editor, device, Field.SAMPLE, "air")
    editor.take_news(look_at(CLOSED))
    assert (editor.values.username, editor.values.sample) == ("carlcarl", "air")
    editor.take_news(look_at(OPEN))
    assert editor.values == replace(SET, sample="air")


def test_a_sample_typed_before_the_device_shows_the_session_is_the_next_one_too(
    editor: SessionEditor, device: Device
) -> None:
    fill(editor, replace(SET, visit=""))
    editor.open()
    device.finish()
    editor.set(Field.SAMPLE, "air")
    editor.take_news(look_at(CLOSED))
    editor.take_news(look_at(OPEN))
    assert editor.values == replace(SET, sample="air") and editor.is_only_sample


def test_what_is_opened_as_it_already_was_is_followed_again(editor: SessionEditor, device: Device) -> None:
    editor.take_news(look_at(OPEN))
    editor.set(Field.VISIT, "")
    editor.open()
    device.finish()
    for _ in range(2):
        editor.take_news(look_at(OPEN))
    assert editor.values == SET and not editor.is_edited


def test_a_session_that_is_shown_closed_before_the_answer_comes_leaves_nothing_set(
    editor: SessionEditor, device: Device
) -> None:
    editor.take_news(look_at(OPEN))
    editor.close()
    editor.take_news(look_at(CLOSED.model_copy(update={"revision": 2})))
    device.finish()
    assert editor.values == SetValues() and not editor.is_edited
    editor.take_news(look_at(OPEN.model_copy(update={"revision": 3})))
    assert editor.values == SET


@pytest.mark.parametrize(
    ("field", "left"),
    [
        (Field.USERNAME, SetValues(username="x", endstation="EA01")),
        (Field.PROPOSAL, SetValues("carlcarl", "x", endstation="EA01")),
        (Field.VISIT, SetValues("carlcarl", "20170251", "x", endstation="EA01")),
        (Field.SAMPLE, SetValues("carlcarl", "20170251", "20201120", "x", "EA01")),
    ],
)
def test_a_value_clears_those_that_followed_from_the_one_before(field: Field, left: SetValues) -> None:
    assert SetValues("carlcarl", "20170251", "20201120", "ice", "EA01").having(field, " x ") == left


def test_an_endstation_clears_nothing() -> None:
    assert SET.having(Field.ENDSTATION, "EA01").sample == "ice"


def test_writing_the_same_again_is_no_edit(editor: SessionEditor) -> None:
    editor.take_news(look_at(OPEN))
    editor.set(Field.PROPOSAL, "20170251 ")
    assert not editor.is_edited and editor.values == SET


def test_each_step_of_choosing_asks_for_the_next_drop_down(
    editor: SessionEditor, asked: list[Question]
) -> None:
    editor.set(Field.USERNAME, "carlcarl")
    editor.set(Field.PROPOSAL, "20170251")
    editor.set(Field.SAMPLE, "ice")
    assert asked == [Question(username="carlcarl"), Question(username="carlcarl", proposal="20170251")]


def test_where_the_device_reads_empty_it_is_not_initialised() -> None:
    assert set(read_values(CLOSED, "").values()) == {NOT_INITIALISED}
    assert read_values(OPEN, "")[Field.SAMPLE] == NOT_INITIALISED
    assert read_values(OPEN, "air")[Field.SAMPLE] == "air"
    assert read_values(OPEN, "")[Field.ENDSTATION] == "None"


def test_a_session_is_opened_with_everything_at_once(editor: SessionEditor, device: Device) -> None:
    fill(editor, SET)
    editor.open()
    assert editor.busy == "opening a session for 20170251"
    device.finish()
    assert device.called == [("open", "carlcarl", "20170251", "20201120", "ice", "None")]
    assert (editor.message.text, editor.message.kind) == ("the session is open", "good")
    assert not editor.is_edited and not editor.busy


def test_a_sample_alone_switches_no_session(editor: SessionEditor, device: Device) -> None:
    editor.take_news(look_at(OPEN))
    editor.set(Field.SAMPLE, "air")
    assert editor.is_only_sample
    editor.open()
    device.finish()
    assert device.called == [("sample", "air")]


def test_what_people_should_see_to_is_a_warning(editor: SessionEditor, device: Device) -> None:
    device.to_see_to = ["macroserver/a/1: cannot be written"]
    fill(editor, SET)
    editor.open()
    device.finish()
    assert editor.message.kind == "warning"
    assert "macroserver/a/1: cannot be written" in editor.message.text


def test_a_refusal_is_told_and_what_is_set_stays(editor: SessionEditor, device: Device) -> None:
    device.error = CommandError("carlcarl belongs neither to the proposal nor to the staff")
    fill(editor, SET)
    editor.open()
    device.finish()
    assert editor.message.kind == "bad"
    assert editor.message.text.endswith(
        "did not succeed: carlcarl belongs neither to the proposal nor to the staff"
    )
    assert editor.values == SET and editor.is_edited


@pytest.mark.parametrize(
    "news",
    [
        SessionNews(),
        SessionNews(look=look_at(CLOSED).look, trouble="does not answer"),
        look_at(None, "FAULT"),
        look_at(CLOSED, "RUNNING", Activity("session")),
    ],
)
def test_nothing_is_opened_while_the_device_cannot(editor: SessionEditor, news: SessionNews) -> None:
    fill(editor, SET)
    assert editor.can_open
    editor.take_news(news)
    assert not editor.can_open


def test_nothing_is_opened_twice(editor: SessionEditor) -> None:
    editor.take_news(look_at(OPEN))
    assert not editor.can_open
    editor.set(Field.SAMPLE, "")
    assert editor.can_open
    editor.open()
    assert not editor.can_open


def test_closing_is_asked_first_and_the_question_goes_with_the_session(
    editor: SessionEditor, device: Device
) -> None:
    editor.take_news(look_at(OPEN))
    editor.ask_to_close()
    assert editor.asked_to_close and device.called == []
    editor.take_news(look_at(CLOSED))
    assert not editor.asked_to_close


def test_findings_are_told_with_their_cure(editor: SessionEditor, device: Device) -> None:
    device.findings = [
        Finding(part="space", ok=True, finding="free"),
        Finding(part="rights", ok=False, finding="raw has mode 2750", cure="run Repair"),
    ]
    editor.check()
    device.finish()
    assert editor.message.text == "checked; to see to:\n  • raw has mode 2750: run Repair"


@pytest.mark.parametrize("field", ["force_reason", "override_reason"])
def test_a_refusal_that_a_reason_lets_pass_asks_for_it_and_then_does_it(
    editor: SessionEditor, device: Device, field: str
) -> None:
    device.error = ReasonWantedError("a macro runs on door/b/1: force it with a reason", field)
    fill(editor, SET)
    editor.open()
    device.finish()
    assert editor.refusal is not None and editor.refusal.text.startswith("a macro runs")
    device.error = None
    editor.refusal.again("the macro hangs")
    device.finish()
    assert device.reasons == [{"asked_by": "cleo@here"}, {"asked_by": "cleo@here", field: "the macro hangs"}]
    assert device.called[0] == device.called[1]
    assert editor.refusal is None and editor.message.text == "the session is open"


def test_two_reasons_are_given_one_after_the_other(editor: SessionEditor, device: Device) -> None:
    fill(editor, SET)
    device.error = ReasonWantedError("the user office is away", "override_reason")
    editor.open()
    device.finish()
    device.error = ReasonWantedError("a macro runs", "force_reason")
    assert editor.refusal
    editor.refusal.again("PI on the telephone")
    device.finish()
    device.error = None
    editor.refusal.again("it hangs")
    device.finish()
    assert device.reasons[-1] == {
        "asked_by": "cleo@here",
        "override_reason": "PI on the telephone",
        "force_reason": "it hangs",
    }


def test_a_refusal_is_left_alone_or_goes_with_the_next_edit(editor: SessionEditor, device: Device) -> None:
    device.error = ReasonWantedError("a macro runs", "force_reason")
    editor.take_news(look_at(OPEN))
    editor.close()
    device.finish()
    assert editor.refusal is not None
    editor.give_up()
    assert editor.refusal is None
    editor.close()
    device.finish()
    editor.set(Field.SAMPLE, "air")
    assert editor.refusal is None
