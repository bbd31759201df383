"""The recorder while no device answers: what is committed when, and for how long a scan waits.

The Tango database is a socket that takes connections and never says a word, so a selected device
is silent for as long as anybody would wait. In a process of its own, since Tango keeps its
connection to a database for ever.
"""

import json
import os
import socket
import subprocess
import sys
from datetime import datetime, timezone

import pytest

from scifish.selection import Entry, Selection
from scifish.settings import Settings, Station, save_settings

WAIT_S = 6
SCAN = """
import contextlib, ctypes, json, os, pathlib, sys, threading, time
from sardana.macroserver.msexception import AbortException, InterruptException
from sardana.macroserver.recorders.test.common import ENV, RecordList
from sardana_recorders import process
from sardana_recorders.scan import begin_scan
from sardana_recorders.testing.fake_macro import FakeMacro
from scifish.status.captures import list_captures
from scifish.state_folder import StateFolder
from sardana.util.thread import _asyncexc
from tests.waiting import wait_for

folder, asked = StateFolder(pathlib.Path(sys.argv[1])), json.loads(sys.argv[2])
process.shared()
macro = FakeMacro("ascan", ("mot01", 0, 1))
environ = RecordList({**ENV, "datadesc": []})
times = {}

def watch():
    wait_for(lambda: any(capture.status == "running" for capture in list_captures(folder)), 30, "a commit")
    times["committed"] = time.monotonic() - begun
    macro._executor.ask(**asked)
    time.sleep(0.2)  # Sardana's own pace: its flag first, later a worker of its pool tells the macro
    macro._stopped = bool(asked.get("stop"))
    if asked.get("abort"):
        _asyncexc(ctypes.c_long(threading.main_thread().ident), ctypes.py_object(AbortException))

scan = begin_scan(macro)
begun = time.monotonic()
watcher = threading.Thread(target=watch, daemon=True)
watcher.start()
with contextlib.suppress(InterruptException):
    scan.start(environ)
times["start"] = time.monotonic() - begun
times["knows"] = macro._stopped
times["status"] = list_captures(folder)[0].status
watcher.join()
begun = time.monotonic()
scan.end(environ)
times["end"] = time.monotonic() - begun
print(json.dumps(times), flush=True)
os._exit(0)
"""


@pytest.fixture
def silent_database():
    """The address of something that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def scan(state_folder, silent_database):
    """Run a scan whose one selected device is silent; return what took how long, s."""
    station = Station(match="*", sci_dog="test/ctl/scidog-01")
    spans = {"begin_wait_s": WAIT_S, "end_wait_s": WAIT_S}
    facts = {"beamline": "demo", "facility": "test", "pid_prefix": "20.500.12345"}
    save_settings(state_folder, Settings(**facts, **spans, stations=(station,)))
    entry = Entry(name="current", device="test/sim/ring", attribute="current")
    # As SciDog has told it to the process before this one.
    known = {
        "device": station.sci_dog,
        "answered_at": datetime.now(timezone.utc).isoformat(),
        "text": Selection(name="ring", entries=(entry,)).model_dump_json(),
    }
    (state_folder / "selection-test_ctl_scidog-01.json").write_text(json.dumps(known))

    def run(**asked):
        command = [sys.executable, "-c", SCAN, str(state_folder), json.dumps(asked)]
        environment = {**os.environ, "SCIZOO_STATE": str(state_folder), "TANGO_HOST": silent_database}
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def test_the_start_is_committed_before_anybody_waits_and_the_wait_has_its_limit(scan):
    took = scan()
    assert took["committed"] < WAIT_S / 2
    assert WAIT_S <= took["start"] < WAIT_S + 5


def test_a_device_that_was_silent_at_the_start_is_not_waited_for_at_the_end(scan):
    assert scan()["end"] < WAIT_S


def test_a_stop_ends_the_wait_of_the_start_once_the_macro_knows(scan):
    """Else the word could reach a scan that is over, and the macro around it would go on with the next."""
    took = scan(stop=True)
    assert took["start"] < WAIT_S
    assert took["knows"]


def test_an_abort_is_awaited_in_the_start_and_closes_the_capture(scan):
    took = scan(abort=True)
    assert took["start"] < WAIT_S
    assert took["status"] == "aborted"
