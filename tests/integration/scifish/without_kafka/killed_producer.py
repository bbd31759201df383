"""A producer that dies without a word."""

import signal
import subprocess
import sys

from scifish.messages import CaptureMessage
from scifish.state_folder import StateFolder

PRODUCER = """
import sys, pathlib
from scifish.messages import CaptureMessage
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
spool = Spool.open(StateFolder(pathlib.Path(sys.argv[1])), "sardana")
for line in sys.stdin:
    spool.commit(CaptureMessage.model_validate_json(line))
    print(spool.uuid, flush=True)
"""


def killed_producer(folder: StateFolder, *messages: CaptureMessage) -> str:
    """Commit messages in a process and kill it with -9; return its uuid."""
    command = [sys.executable, "-c", PRODUCER, str(folder.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        uuid = ""
        for message in messages:
            process.stdin.write(message.to_bytes().decode() + "\n")
            process.stdin.flush()
            uuid = process.stdout.readline().strip()
        process.send_signal(signal.SIGKILL)
    return uuid
