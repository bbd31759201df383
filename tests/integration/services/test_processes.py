"""Whatever happens, no process stays behind, and no stranger is ended for one of ours."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scizoo.services.embedded_broker import EmbeddedBroker
from scizoo.services.errors import ServiceError
from scizoo.services.processes import Process, spawn
from scizoo.services.registry import Registry
from scizoo.services.run_folder import RunFolder
from tests.processes import freeze
from tests.waiting import wait_for

LIVES = "signal.alarm(60); signal.pause()"
"""Until it is killed; a child of a test that has failed ends by itself."""
PARENT = f"""
import signal, sys
from pathlib import Path
from scizoo.services.embedded_broker import EmbeddedBroker
from scizoo.services.registry import Registry
from scizoo.services.run_folder import RunFolder

folder, bound = RunFolder(Path(sys.argv[1])), sys.argv[2] == "bound"
broker = EmbeddedBroker(folder, ["a"], bound)
broker.start()
broker.wait_ready()
Registry(folder.real).write([broker])
print("up", flush=True)
if bound:
    {LIVES}
"""
STUBBORN = f"""
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
{LIVES}
"""


def start_parent(folder: Path, how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PARENT, str(folder), how]
    parent = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "up\n"
    return parent


def end(parent: "subprocess.Popen[str]") -> None:
    parent.kill()
    parent.wait()
    assert parent.stdout is not None
    parent.stdout.close()


def test_killing_the_parent_leaves_nothing(tmp_path: Path) -> None:
    parent = start_parent(tmp_path, "bound")
    (record,) = Registry(tmp_path).records()
    end(parent)
    wait_for(lambda: not record.process.alive, 5, "the broker died with its parent")
    assert Registry(tmp_path).records() == []


def test_what_is_not_bound_outlives_its_parent_until_another_process_stops_it(tmp_path: Path) -> None:
    end(start_parent(tmp_path, "unbound"))
    registry = Registry(tmp_path)
    (record,) = registry.records()
    assert (record.name, record.process.alive) == ("kafka", True)
    assert record.address.startswith("127.0.0.1:")
    assert registry.stop_all() == ["kafka"]
    assert not record.process.alive
    assert registry.records() == []


def test_a_program_that_ignores_sigterm_is_killed_with_its_children(tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}])" + STUBBORN
    process = spawn([sys.executable, "-c", script], os.environ, tmp_path, log, bound=True)
    wait_for(lambda: log.read_text().count("up") == 2, 10, "parent and child ignore SIGTERM")
    members = members_of(process.pid)
    assert len(members) == 2
    process.end(grace_s=0.2)
    assert not process.alive
    wait_for(lambda: not members_of(process.pid), 5, "its children are gone too")


def members_of(session: int) -> list[int]:
    """Process ids of a session's members that are not zombies."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, _, _, its_session = path.read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state not in "ZX":
                found.append(int(path.parent.name))
    return found


def test_a_stopped_program_is_ended_too(tmp_path: Path) -> None:
    process = spawn(["sleep", "60"], os.environ, tmp_path, tmp_path / "log", bound=True)
    freeze(process.pid)
    process.end()
    assert not process.alive


def test_a_reused_process_id_is_left_alone(tmp_path: Path) -> None:
    process = spawn(["sleep", "60"], os.environ, tmp_path, tmp_path / "log", bound=True)
    stranger = Process(process.pid, process.started - 1)
    assert not stranger.alive
    stranger.end()
    assert process.alive
    process.end()


def test_a_service_that_ends_early_shows_the_end_of_its_log(own_folder: RunFolder) -> None:
    broker = EmbeddedBroker(own_folder, ["twice", "twice"])
    broker.start()
    with pytest.raises(
        ServiceError, match=r"kafka ended before it was ready; the end of .*kafka\.log(.|\n)*topic twice"
    ):
        broker.wait_ready()


def test_a_running_service_is_not_started_twice(own_folder: RunFolder) -> None:
    broker = EmbeddedBroker(own_folder, [])
    broker.start()
    try:
        with pytest.raises(ServiceError, match=f"kafka runs already, pid {broker.pid}"):
            broker.start()
    finally:
        broker.stop()


def test_a_long_path_gets_a_short_link_that_goes_away_again(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 90)
    folder = RunFolder(deep)
    assert len(str(folder.path)) < 40
    assert folder.path.resolve() == deep.resolve()
    (folder.data("thing") / "file").touch()
    assert (deep / "thing" / "file").exists()
    folder.remove_link()
    assert not folder.path.is_symlink()
    assert deep.is_dir()
