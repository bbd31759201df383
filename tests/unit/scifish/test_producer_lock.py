"""The lock by which everybody learns that the owner of a spool is gone."""

import os
import signal
import subprocess
import sys

from scifish.spool.producer_lock import take_over
from scifish.state_folder import StateFolder

WITH_A_CHILD = """
import os, pathlib, signal, sys
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
spool = Spool.open(StateFolder(pathlib.Path(sys.argv[1])), "sardana")
child = os.fork()
if child == 0:
    signal.pause()
print(spool.uuid, child, flush=True)
signal.pause()
"""


def test_a_forked_child_does_not_keep_a_killed_owner_alive(state_folder):
    command = [sys.executable, "-c", WITH_A_CHILD, str(state_folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        uuid, child = process.stdout.readline().split()
        lock_file = StateFolder(state_folder).producers / f"{uuid}.lock"
        assert take_over(lock_file) is None, "its owner lives"
        process.send_signal(signal.SIGKILL)
        process.wait()
        try:
            os.kill(int(child), 0)
            lock = take_over(lock_file)
        finally:
            os.kill(int(child), signal.SIGKILL)
    assert lock is not None, "its owner is gone, whoever else has the file open"
    lock.release()


def test_a_missing_lock_file_is_an_owner_who_is_gone(tmp_path):
    lock = take_over(tmp_path / "nobody.lock")
    assert lock is not None
    assert take_over(tmp_path / "nobody.lock") is None, "now this process is the owner"
    lock.release()
