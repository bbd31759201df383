"""Other devices that follow the session."""

from datetime import datetime, timezone

import pytest

from pathfixer.endstations import SelectionLine
from pathfixer.errors import ListenerError
from pathfixer.following.follower import Standing
from pathfixer.following.listener import Listener, parse_listener
from scifish.session import Session

OPEN = Session(
    revision=1, state="open", beamline="demo", endstation="EA01", proposal="20260101", sample="ice",
    path="/data/raw", sample_path="/data/raw/ice", unowned_path="/data/unowned",
    opened_at=datetime(2026, 11, 21, 12, tzinfo=timezone.utc),
)  # fmt: skip
CLOSED = Session(revision=2, beamline="demo", unowned_path="/data/unowned")
NAME = "b/det/1/FilePath"


class AttributeInMemory:
    """An attribute of some device."""

    def __init__(self, value: str = "/old") -> None:
        self.value = value
        self.writes: list[str] = []
        self.broken = False

    def read(self) -> tuple[str, ...]:
        return (self.value,)

    def write(self, value: str) -> None:
        if self.broken:
            raise ListenerError("cannot be written: it measures")
        self.value = value
        self.writes.append(value)


class Memory(dict[str, str]):
    """What was reached."""

    settled = dict.get

    def set_settled(self, name: str, value: str) -> None:
        self[name] = value


@pytest.fixture
def attribute() -> AttributeInMemory:
    return AttributeInMemory()


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def listener(attribute, memory) -> Listener:
    return Listener(parse_listener(f"{NAME}={{path}}/{{sample}}"), attribute, memory, put_back=False)


@pytest.mark.parametrize(
    ("line", "opened", "without_sample", "closed"),
    [
        (f"{NAME}={{path}}/{{sample}}", "/data/raw/ice", "/data/raw", ""),
        (f"{NAME} = {{path}}/{{sample}}/eiger | {{unowned_path}}", "/data/raw/ice/eiger", "/data/raw/eiger",
         "/data/unowned"),
        (f"{NAME}={{proposal}}_{{sample}} | nobody", "20260101_ice", "20260101_", "nobody"),
    ],
)  # fmt: skip
def test_a_template_makes_the_value(line, opened, without_sample, closed):
    parsed = parse_listener(line)
    assert parsed.attribute == NAME
    assert parsed.value(OPEN) == opened
    assert parsed.value(OPEN.model_copy(update={"sample": None})) == without_sample
    assert parsed.value(CLOSED) == closed


def test_it_is_written_only_on_difference_and_cleared_without_a_session(listener, attribute):
    assert listener.bring(OPEN).value == "/data/raw/ice"
    listener.bring(OPEN)
    listener.bring(CLOSED)
    assert attribute.writes == ["/data/raw/ice", ""]


def test_one_that_cannot_be_written_is_tried_again(listener, attribute, memory):
    attribute.broken = True
    with pytest.raises(ListenerError, match="it measures"):
        listener.bring(OPEN)
    assert not memory
    attribute.broken = False
    assert listener.bring(OPEN).overrides == ()


def test_what_somebody_else_writes_is_told_or_put_back(listener, attribute, memory):
    listener.bring(OPEN)
    attribute.value = "/elsewhere"
    assert "reads '/elsewhere' instead of '/data/raw/ice'" in listener.bring(OPEN).overrides[0]
    assert attribute.value == "/elsewhere"
    strict = Listener(parse_listener(f"{NAME}={{path}}/{{sample}}"), attribute, memory, put_back=True)
    assert strict.bring(OPEN).overrides == ()
    assert attribute.value == "/data/raw/ice"


def test_one_that_has_to_wait_is_left_as_it_is_and_says_for_what(attribute, memory):
    reasons = ["waits for the macro on door/b/1", None]
    line = parse_listener(f"{NAME}={{path}}/{{sample}}")
    listener = Listener(line, attribute, memory, True, lambda session: reasons.pop(0))
    assert listener.bring(OPEN) == Standing("/old", waits="waits for the macro on door/b/1")
    assert (attribute.writes, memory) == ([], {})
    assert listener.bring(OPEN) == Standing("/data/raw/ice")
    assert listener.bring(OPEN) == Standing("/data/raw/ice")
    assert reasons == [], "asked only when there is something to write"


def test_a_slash_more_is_no_difference(listener, attribute):
    attribute.value = "/data/raw/ice/"
    listener.bring(OPEN)
    assert attribute.writes == []


def test_a_selection_is_chosen_at_opening_and_then_the_users(attribute, memory):
    line = SelectionLine("b/ctl/scidog-01/activeselectionname", {"EA01": "eiger"})
    selection = Listener(line, attribute, memory, put_back=True)
    selection.bring(OPEN)
    assert attribute.value == "eiger"
    attribute.value = "theirs"
    assert selection.bring(OPEN.model_copy(update={"sample": "water"})).overrides == ()
    assert selection.bring(CLOSED).value == "left alone"
    assert attribute.value == "theirs"
    selection.bring(OPEN.model_copy(update={"opened_at": datetime(2026, 11, 22, tzinfo=timezone.utc)}))
    assert attribute.value == "eiger"
