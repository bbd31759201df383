"""Fault points do nothing unless the environment asks for exactly them."""

import subprocess
import sys

import pytest

from scifish.faultpoints import FaultInjectedError, reached


def test_without_the_variable_nothing_happens(monkeypatch):
    monkeypatch.delenv("SCIZOO_FAULT", raising=False)
    assert reached("spool.commit") is None


def test_only_the_named_place_acts_and_only_the_nth_time(monkeypatch):
    monkeypatch.setenv("SCIZOO_FAULT", "test.third:3:raise")
    for place in ("test.other", "test.third", "test.third"):
        reached(place)
    with pytest.raises(FaultInjectedError, match=r"test\.third"):
        reached("test.third")
    reached("test.third")


def test_kill_leaves_no_time_for_anything():
    code = "from scifish.faultpoints import reached; reached('x'); print('alive')"
    done = subprocess.run(
        [sys.executable, "-c", code], env={"SCIZOO_FAULT": "x:kill"}, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (-9, b"")
