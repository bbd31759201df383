"""Captures whose Door is no longer at work, with a real Sardana."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scifish.captures import CaptureState, get_capture
from scifish.door_watcher import DoorWatcher
from scifish.forwarder import Forwarder
from scifish.forwarder_settings import ForwarderSettings
from scifish.spool import Spool
from scifish.state_folder import StateFolder
from scifish.testing.capture_messages import new_identity, told
from tests.waiting import wait_for

Begun = Callable[..., str]


class Host:
    """A capture host with a forwarder, a Door watcher and a producer that never tells an end."""

    def __init__(self, folder: StateFolder) -> None:
        self.folder = folder
        self.spool, self.own = Spool.open(folder, "sardana"), Spool.open(folder, "scifish")
        settings = ForwarderSettings("demo", None, self.own.author)
        self.forwarder = Forwarder(folder, self.own, settings)
        self.watcher = DoorWatcher(folder.forwarder_db, self.forwarder.close_capture)
        self.forwarder.start()
        self.watcher.start()

    def begin(self, door: str, macro_id: str | None, **fields: str) -> str:
        message = told(new_identity(door=door), macro_id=macro_id).model_copy(update=fields)
        self.spool.commit(message)
        return message.pid

    def state(self, pid: str) -> CaptureState:
        found = get_capture(self.folder, pid)
        assert found
        return found

    def wait_closed(self, pid: str) -> CaptureState:
        wait_for(lambda: self.state(pid).phase == "ended", 15, "closed")
        return self.state(pid)

    def close(self) -> None:
        self.watcher.stop()
        self.forwarder.stop()
        self.spool.close()
        self.own.close()


@pytest.fixture
def host(state_folder: Path) -> Iterator[Host]:
    host = Host(StateFolder(state_folder))
    yield host
    host.close()


def wait_watched(host: Host, name: str) -> None:
    wait_for(lambda: name.lower() in host.watcher.watched(), 10, f"{name} is watched")


def test_an_aborted_macro_closes_its_capture_as_aborted(host, sardana):
    door = sardana.door()
    run = door.begin("ct", 60)
    pid = host.begin(sardana.door_names[0], run.macro_id)
    wait_watched(host, sardana.door_names[0])
    assert host.state(pid).status == "running"
    door.proxy.AbortMacro()
    assert run.wait(20) == "abort"
    assert host.wait_closed(pid).status == "aborted"


def test_a_stopped_macro_closes_its_capture_as_stopped(host, sardana):
    door = sardana.door()
    run = door.begin("ct", 60)
    pid = host.begin(sardana.door_names[0], run.macro_id)
    wait_watched(host, sardana.door_names[0])
    door.proxy.StopMacro()
    assert run.wait(20) == "stop"
    assert host.wait_closed(pid).status == "stopped"


def test_a_failing_macro_closes_its_capture_as_failed_with_what_it_raised(host, sardana):
    door = sardana.door()
    first = host.begin(sardana.door_names[0], "of an earlier macro")
    wait_watched(host, sardana.door_names[0])
    run = door.begin("genv", "NoSuchVariable")
    pid = host.begin(sardana.door_names[0], run.macro_id)
    assert run.wait(20) == "exception"
    found = host.wait_closed(pid)
    assert found.status == "failed"
    assert host.wait_closed(first).status in ("failed", "interrupted")


def test_a_capture_of_a_door_at_work_is_left_alone_and_one_without_a_door_too(host, sardana):
    door = sardana.door()
    run = door.begin("ct", 4)
    pids = [host.begin(sardana.door_names[0], run.macro_id), host.begin("", None)]
    closed = host.begin(sardana.door_names[1], "gone")
    host.wait_closed(closed)
    assert [host.state(pid).phase for pid in pids] == ["started", "started"]
    assert run.wait(20) == "finish"
    assert host.wait_closed(pids[0]).status == "interrupted"
    assert host.state(pids[1]).phase == "started"


def test_a_clients_capture_that_names_a_door_is_not_judged_by_it(host, sardana):
    resting = sardana.door_names[0]
    mine = host.begin(resting, None, author="scifish@capture-1")
    scan = host.begin(resting, "gone")
    assert host.wait_closed(scan).status == "interrupted"
    later = host.begin(resting, "gone too")
    host.wait_closed(later)
    assert host.state(mine).status == "running"
