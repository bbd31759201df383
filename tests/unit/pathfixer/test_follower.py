"""One MacroServer follows its target for ever."""

import threading
from collections.abc import Iterator

import pytest

from pathfixer.follower import Follower
from pathfixer.scan_dir import Target
from pathfixer.testing.macro_server import MacroServerInMemory
from tests.waiting import wait_for

TARGET = Target("/data/p/raw/ice", "/data/p/raw")


class Memory:
    """What was reached, in memory."""

    def __init__(self) -> None:
        self.reached: dict[str, str] = {}

    def settled(self, macro_server: str) -> str | None:
        return self.reached.get(macro_server)

    def set_settled(self, macro_server: str, scan_dir: str) -> None:
        self.reached[macro_server] = scan_dir


def run(function) -> None:
    threading.Thread(target=function, daemon=True).start()


def follow(server: MacroServerInMemory, memory: Memory, put_back: bool = False) -> Follower:
    follower = Follower(server, memory, put_back, lambda path: path.startswith("/data/"), 0.01, lambda: None)
    follower.start(run)
    return follower


@pytest.fixture
def server() -> MacroServerInMemory:
    return MacroServerInMemory(ScanDir="/scratch")


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def follower(server, memory) -> Iterator[Follower]:
    follower = follow(server, memory)
    yield follower
    follower.stop()


def test_a_target_is_written_once_and_read_back(follower, server, memory):
    follower.follow(TARGET)
    assert follower.wait_current(5)
    assert follower.report.complaints == []
    assert server.variables["ScanDir"] == memory.reached[server.name] == TARGET.scan_dir
    follower.follow(TARGET)
    assert len(server.writes) == 1


def test_without_a_target_nothing_is_touched(follower, server):
    assert follower.wait_current(5)
    assert server.writes == []


def test_a_macro_server_that_cannot_be_written_is_named_and_tried_again(follower, server):
    server.broken = "cannot be written: no answer"
    follower.follow(TARGET)
    assert follower.wait_current(5)
    assert follower.report.complaints == [f"{server.name}: cannot be written: no answer"]
    server.broken = None
    wait_for(lambda: server.variables["ScanDir"] == TARGET.scan_dir, 5, "written")
    wait_for(lambda: follower.report.complaints == [], 5, "no complaint any more")


def test_a_value_that_does_not_stay_is_a_complaint(memory):
    class Forgetful(MacroServerInMemory):
        def change(self, write, delete):
            super().change(dict.fromkeys(write, "2026"), delete)

    follower = follow(Forgetful(), memory)
    follower.follow(TARGET)
    assert follower.wait_current(5)
    follower.stop()
    assert "ScanDir reads back as '2026' instead of" in follower.report.complaints[0]
    assert memory.reached == {}


def test_a_user_s_change_is_told_until_it_is_gone(follower, server):
    follower.follow(TARGET)
    follower.wait_current(5)
    server.variables["ScanDir"] = "/scratch"
    wait_for(lambda: follower.report.complaints, 5, "an override")
    assert server.variables["ScanDir"] == "/scratch"
    server.variables["ScanDir"] = TARGET.scan_dir
    wait_for(lambda: not follower.report.complaints, 5, "no override")


def test_a_change_made_before_a_restart_is_still_the_user_s(server, memory):
    memory.reached[server.name] = TARGET.scan_dir
    follower = follow(server, memory)
    follower.follow(TARGET)
    follower.wait_current(5)
    follower.stop()
    assert server.variables["ScanDir"] == "/scratch"
    assert follower.report.overrides


def test_a_change_is_put_back_once_per_change(server, memory):
    follower = follow(server, memory, put_back=True)
    follower.follow(TARGET)
    follower.wait_current(5)
    for _ in range(2):
        server.variables["ScanDir"] = "/scratch"
        wait_for(lambda: server.variables["ScanDir"] == TARGET.scan_dir, 5, "put back")
    follower.stop()
    assert len(server.writes) == 3
