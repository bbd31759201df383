"""MacroServers that two PathFixers name."""

import pytest

from pathfixer.siblings import Siblings
from tests.unit.pathfixer.conftest import DevicesInMemory

SHARED = ("macroserver/b/1 is named by b/ctl/sdm-02 too: its ScanDir can follow one session only",)


@pytest.fixture
def devices() -> DevicesInMemory:
    return DevicesInMemory()


@pytest.fixture
def running() -> list[str]:
    return ["B/CTL/SDM-01", "b/ctl/sdm-02"]


@pytest.fixture
def siblings(devices, running) -> Siblings:
    return Siblings(devices, "b/ctl/sdm-01", ["MacroServer/B/1"], lambda: running, lambda: None)


def test_one_that_another_names_is_told_whatever_the_case(siblings, devices):
    devices.answers["b/ctl/sdm-02"] = [["macroserver/b/2"], ["MACROSERVER/B/1"]]
    siblings.ask()
    assert siblings.complaints == ()
    siblings.ask()
    assert siblings.complaints == SHARED


def test_of_one_that_does_not_answer_counts_what_it_named_last(siblings, devices, running):
    devices.answers["b/ctl/sdm-02"] = [["macroserver/b/1"], TimeoutError("no answer within 3 s")]
    siblings.ask()
    siblings.ask()
    assert siblings.complaints == SHARED
    running.remove("b/ctl/sdm-02")
    siblings.ask()
    assert siblings.complaints == ()
