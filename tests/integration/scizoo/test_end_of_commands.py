"""The exit code of a command is its own, also when a device has not answered it."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

COMMAND = """
import sys, time
import tango
from scizoo.asking import NoAnswerError, ask
from scizoo.cli.main import run

class Slow:
    def __del__(self, sleep=time.sleep):
        sleep(5)  # Python is ending; the call to the device comes back meanwhile

sys.modules["slow"] = Slow()

def command():
    try:
        ask(lambda: tango.DeviceProxy(sys.argv[1]).ping(), 1.0)
    except NoAnswerError:
        print("no answer")
        sys.exit(1)

run(command)
"""


@pytest.fixture
def silent_device() -> Iterator[str]:
    """A device whose server takes connections and never answers, as a frozen one does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"tango://127.0.0.1:{server.getsockname()[1]}/test/silent/1#dbase=no"


def test_a_question_that_is_still_open_does_not_crash_the_end(silent_device: str) -> None:
    """The call lasts 3 s or a little more; its thread must not come back into a Python that is ending."""
    command = [sys.executable, "-c", COMMAND, silent_device]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "no answer\n", "")
