from typing import Any

import pytest

from config_gui.models.shown import Tone, mapping_text, show_unit, show_value, value_text
from scidog.trial import Trial
from scifish.selection import Entry

RING = Entry(name="Ring current", device="r1/dia/ring", attribute="current")


def test_before_the_first_answer_a_cell_says_that_it_waits() -> None:
    assert show_value(None).tone is Tone.WAITING


def test_a_failure_is_shown_with_its_reason() -> None:
    shown = show_value(Trial(entry=RING, failure="no answer within 0.8 s"))
    assert (shown.tone, shown.text) == (Tone.BAD, "✗ no answer within 0.8 s")
    assert shown.story == "r1/dia/ring/current: no answer within 0.8 s"


def test_a_value_in_alarm_is_told_apart() -> None:
    shown = show_value(Trial(entry=RING, value=3.0, quality="ALARM"))
    assert (shown.tone, shown.text) == (Tone.WARNING, "3  (ALARM)")


def test_a_mapped_value_tells_what_was_read() -> None:
    assert "read: 4" in show_value(Trial(entry=RING, value="insert", raw=4)).story


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (399.87654321, "399.877"),
        (3.02443e-05, "3.02443e-05"),
        (True, "True"),
        (7, "7"),
        (None, "None"),
        ("OPEN", "OPEN"),
        ([1.0, 2.5], "[1, 2.5]"),
        (list(range(128)), "[0, 1, … 128 values]"),
        ({"shape": [4, 4], "min": 0.5}, "shape [4, 4], min 0.5"),
    ],
)
def test_values_are_shown_as_people_read_them(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_the_selections_own_unit_wins_over_the_attributes() -> None:
    trial = Trial(entry=RING, value=1.0, unit="mA")
    assert (show_unit(RING, trial).text, show_unit(RING, trial).tone) == ("mA", Tone.WAITING)
    assert show_unit(RING.model_copy(update={"unit": "A"}), trial).text == "A"
    assert show_unit(RING, None).text == ""


def test_a_mapping_stands_in_one_line() -> None:
    assert mapping_text({"4": "insert", "5": "extract"}) == "4 → insert, 5 → extract"
    assert mapping_text(None) == ""
