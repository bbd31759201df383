"""A process that asks devices all the time ends as any other: its threads are out of Tango by then."""

import subprocess
import sys

import pytest

from scifish.tango_calls import LAST_CALLS_S, Calls

ENDS = 5
"""Each would end by SIGABRT: 30 of 30 did."""
POLLS = """
import sys, threading
from scifish.attributes.poller import AttributePoller

answers, pollers = threading.Semaphore(0), []

def again(_value):
    answers.release()
    for poller in pollers:
        poller.refresh()

for _ in range(4):
    pollers.append(AttributePoller(sys.argv[1], "state", again, print, object))
    pollers[-1].start()
for _ in range(100):
    assert answers.acquire(timeout=60)
"""
READS = """
import sys, threading
from scifish.attributes.reader import SnapshotReader
from scifish.selection import Entry, Selection

entry = Entry(name="state", device=sys.argv[1], attribute="state")
reader, selection = SnapshotReader(), Selection(name="test", entries=(entry,))
assert reader.begin(selection).wait(60)
answers = threading.Semaphore(0)

def read():
    while True:
        reader.begin(selection).wait(60)
        answers.release()

for _ in range(2):
    threading.Thread(target=read, daemon=True).start()
for _ in range(100):
    assert answers.acquire(timeout=60)
"""
FORKS = """
import os, sys
from scifish.tango_calls import CALLS

with CALLS.one():
    if os.fork() == 0:
        os._exit(0 if CALLS.end(1.0) else 1)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.parametrize("program", [POLLS, READS], ids=["polls", "reads"])
def test_it_ends_with_0(victim, program):
    server = victim()
    for _ in range(ENDS):
        ended = subprocess.run(
            [sys.executable, "-c", program, server.address],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (ended.returncode, ended.stderr) == (0, "")


def test_nobody_waits_long_for_a_call_that_does_not_end():
    calls = Calls()
    with calls.one():
        assert not calls.end(LAST_CALLS_S)
    with pytest.raises(SystemExit), calls.one():
        pytest.fail("a call has begun after the end")


def test_a_forked_child_waits_for_no_call_of_its_parent():
    ended = subprocess.run([sys.executable, "-c", FORKS], timeout=60, check=False)
    assert ended.returncode == 0
