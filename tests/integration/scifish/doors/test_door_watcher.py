"""Captures whose Door is no longer at work, with a real Sardana."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tango

from scifish.closing.door_watcher import DoorWatcher
from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.settings import ForwarderSettings
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.status.captures import CaptureState, get_capture
from scifish.testing.capture_messages import new_identity, told
from tests.devices import device
from tests.waiting import wait_for

Begun = Callable[..., str]
SURE_S = 0.5


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


def wait_counting() -> None:
    """Sardana loses a stop that comes before its macro counts, and may hang over an abort until it waits."""
    counters = device("mntgrp01")
    wait_for(lambda: counters.state() == tango.DevState.MOVING, 60, "a macro that counts")
    sure = time.monotonic() + SURE_S
    wait_for(lambda: time.monotonic() > sure, 10, "a macro that waits for its counters")


def test_an_aborted_macro_closes_its_capture_as_aborted(host, sardana):
    door = sardana.door()
    run = door.begin("ct", 60)
    pid = host.begin(sardana.door_names[0], run.macro_id)
    wait_watched(host, sardana.door_names[0])
    assert host.state(pid).status == "running"
    wait_counting()
    door.proxy.AbortMacro()
    assert run.wait(90) == "abort"
    assert host.wait_closed(pid).status == "aborted"


def test_a_door_that_was_known_is_heard_from_the_begin_of_the_next_life(host, sardana):
    pid = host.begin(sardana.door_names[0], None)
    host.wait_closed(pid)
    host.watcher.stop()
    host.watcher = DoorWatcher(host.folder.forwarder_db, host.forwarder.close_capture)
    host.watcher.start()
    wait_watched(host, sardana.door_names[0])


def test_a_stopped_macro_closes_its_capture_as_stopped(host, sardana):
    door = sardana.door()
    run = door.begin("ct", 60)
    pid = host.begin(sardana.door_names[0], run.macro_id)
    wait_watched(host, sardana.door_names[0])
    wait_counting()
    door.proxy.StopMacro()
    assert run.wait(90) == "stop"
    assert host.wait_closed(pid).status == "stopped"


def test_a_failing_macro_closes_its_capture_as_failed_with_what_it_raised(host, sardana):
    door = sardana.door()
    first = host.begin(sardana.door_names[0], "of an earlier macro")
    wait_watched(host, sardana.door_names[0])
    run = door.begin("genv", "NoSuchVariable")
    pid = host.begin(sardana.door_names[0], run.macro_id)
    assert run.wait(90) == "exception"
    found = host.wait_closed(pid)
    assert found.status == "failed"
    assert host.wait_closed(first).status in ("failed", "interrupted")


def test_a_capture_of_a_door_at_work_is_left_alone_and_one_without_a_door_too(host, sardana):
    door = sardana.door()
    run = door.begin("ct", 15)  # longer than the other Door is looked at, on a busy machine too
    pids = [host.begin(sardana.door_names[0], run.macro_id), host.begin("", None)]
    closed = host.begin(sardana.door_names[1], "gone")
    host.wait_closed(closed)
    assert [host.state(pid).phase for pid in pids] == ["started", "started"]
    assert run.wait(90) == "finish"
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


def test_an_end_that_could_not_be_kept_is_told_again(host, sardana):
    told_ends = []

    def close(pid, verdict):
        told_ends.append(pid)
        if len(told_ends) > 1:
            host.forwarder.close_capture(pid, verdict)

    host.watcher.stop()
    host.watcher = DoorWatcher(host.folder.forwarder_db, close)
    host.watcher.start()
    pid = host.begin(sardana.door_names[0], "gone")
    assert host.wait_closed(pid).status == "interrupted"
