"""Whether a detector waits before it is sent to another sample."""

import pytest

from pathfixer.endstations import Endstation
from pathfixer.following.suspense import Suspense
from pathfixer.steps import Step
from pathfixer.testing.doors import DoorsInMemory
from scifish.session import Session

SESSION = Session(revision=2, state="open", beamline="demo", sample="ice")
SARDANA = 700


class Case:
    """A session of a beamline with one MacroServer."""

    def __init__(self) -> None:
        self.doors = DoorsInMemory()
        self.doors.running = {"door/demo/1": "a macro runs on door/demo/1"}
        self.step: Step | None = self.by("somewhere pid 7")
        place = Endstation("None", ("macroserver/demo/1",))
        self.suspense = Suspense(
            lambda: self.step,
            self.doors,
            lambda name: place,
            lambda device: SARDANA if device == "macroserver/demo/1" else None,
        )

    def by(self, client: str, what: str = "sample") -> Step:
        return Step.model_validate({"at": "", "client": client, "session": SESSION, "what": what})

    @property
    def reason(self) -> str | None:
        return self.suspense.reason(SESSION)


@pytest.fixture
def case() -> Case:
    return Case()


def test_a_sample_changed_under_a_running_macro_waits_for_its_end(case):
    assert case.reason == "waits for the macro on door/demo/1"
    case.doors.running.clear()
    assert case.reason is None


def test_a_macro_that_changes_the_sample_itself_waits_for_nothing(case):
    case.step = case.by(f"somewhere pid {SARDANA}")
    assert case.reason is None
    case.step = case.by(f"somewhere pid 1{SARDANA}")
    assert case.reason is not None


@pytest.mark.parametrize("what", ["opened", "closed"])
def test_a_switch_waits_for_nothing_it_was_let_pass(case, what):
    case.step = case.by("somewhere pid 7", what)
    assert case.reason is None


def test_without_a_history_there_is_nothing_to_wait_for(case):
    case.step = None
    assert case.reason is None
