"""The spool's disk full, on a small file system in memory.

As root it is mounted for a process of the test's own in a mount name space (``unshare -m``), else
also in a user name space (``unshare -rm``): nothing is ever mounted for others.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.name_space import OPTIONS, in_a_name_space

pytestmark = in_a_name_space()

FULL_DISK = """
import json, os, pathlib, sys
from scifish.status.captures import list_captures
from scifish.errors import SpoolError
from scifish.spool.reserve import make_reserve, reserve_trouble
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.testing.capture_messages import new_identity, told

folder = StateFolder(pathlib.Path(sys.argv[1]))
spool = Spool.open(folder, "sardana")
reserved = folder.reserve.stat().st_size

def commit():
    message = told(new_identity(), "ended", description="x" * 10_000)
    try:
        spool.commit(message)
    except SpoolError as error:
        refused.append(str(error))
    else:
        kept.append(message.pid)

kept, refused = [], []
commit()
filler = folder.path / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        pass
before = len(kept)
troubles = []
while len(kept) + len(refused) < 2000 and not refused:
    commit()
    troubles.append(spool.trouble)
on_reserve = len(kept) - before
told_at = next(number for number, trouble in enumerate(troubles) if trouble)
missing = reserve_trouble(folder.reserve)
with filler.open("r+b") as file:
    file.truncate(filler.stat().st_size - reserved)
whole_too_early = make_reserve(folder.reserve)
short = reserve_trouble(folder.reserve)
another_refused = None
try:
    Spool.open(folder, "scifly").close()
except SpoolError as error:
    another_refused = str(error)
filler.unlink()
commit()
spool.close()
again = Spool.open(folder, "sardana")
listed = {capture.pid for capture in list_captures(folder, 5000)}
print(json.dumps({
    "reserved": reserved, "on_reserve": on_reserve, "told_at": told_at, "troubles": troubles[-1:],
    "first_trouble": troubles[told_at], "refused": refused, "another_refused": another_refused,
    "lost": [pid for pid in kept if pid not in listed], "kept": len(kept),
    "after": len(kept) - before - on_reserve, "reserve_again": folder.reserve.exists(),
    "missing": missing, "whole_too_early": whole_too_early, "short": short,
    "whole_again": make_reserve(folder.reserve), "well": reserve_trouble(folder.reserve),
}))
"""

GREEDY = """
import json, os, pathlib, subprocess, sys
from scifish.errors import SpoolError
from scifish.spool.reserve import reserve_trouble
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.testing.capture_messages import new_identity, told

FILL = '''
import os, sys, time
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT)
full = False
while True:
    try:
        os.write(file, bytes(65536))
    except OSError:
        full or print("full", flush=True)
        full = True
        time.sleep(0.001)  # as a detector's program that tries again
'''
folder = StateFolder(pathlib.Path(sys.argv[1]))
spool = Spool.open(folder, "sardana")
reserved = folder.reserve.stat().st_size
greedy = subprocess.Popen([sys.executable, "-c", FILL, str(folder.path / "filler")], stdout=subprocess.PIPE)
greedy.stdout.readline()
kept, refused = 0, None
while refused is None and kept < 2000:
    try:
        spool.commit(told(new_identity(), "ended", description="x" * 10_000))
        kept += 1
    except SpoolError as error:
        refused = str(error)
greedy.kill()
greedy.wait()
print(json.dumps({"kept_bytes": kept * 10_000, "reserved": reserved, "refused": refused}))
"""


def run_on_small_disk(tmp_path: Path, megabytes: int, program: str) -> dict[str, Any]:
    """Run a program with a state folder on a full-able disk; return the JSON that it prints."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = (
        f'mount -t tmpfs -o size={megabytes}m,mode=2770 none {disk} && exec {sys.executable} -c "$0" {disk}'
    )
    command = ["unshare", OPTIONS, "sh", "-c", mount, program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("megabytes", [1, 8])
def test_what_fits_the_reserve_is_kept_and_the_operator_is_told_at_once(tmp_path, megabytes):
    found = run_on_small_disk(tmp_path, megabytes, FULL_DISK)
    assert found["reserved"] >= megabytes * 2**20 // 8
    assert found["on_reserve"] * 10_000 > found["reserved"] // 3, "the reserve's space was used"
    assert found["told_at"] == 0, "at the first commit on the reserve"
    assert "captures are kept on the reserve; free space now" in found["first_trouble"]
    assert "could not be kept" in found["refused"][0]
    assert found["lost"] == [], "what was confirmed is there"
    assert found["after"] == 1, "with space again it goes on in the same process"
    assert found["reserve_again"]
    assert "its reserve for captures is used up: free" in found["missing"]
    assert not found["whole_too_early"], "a little free space is no reserve"
    assert "kB now" in found["short"]
    assert found["whole_again"] and found["well"] is None


def test_whoever_fills_the_disk_without_end_does_not_get_the_reserve(tmp_path):
    found = run_on_small_disk(tmp_path, 8, GREEDY)
    assert "could not be kept" in found["refused"]
    assert found["kept_bytes"] > found["reserved"] // 8, "captures got a good part of it"
