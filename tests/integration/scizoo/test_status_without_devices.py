"""``scizoo status`` where nothing answers: what the disk tells, in words."""

import os
import subprocess
import sys
from pathlib import Path

from scifish.producer import Producer
from scifish.settings import Settings, save_settings
from scifish.state_folder import StateFolder


def status(state: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TANGO_HOST": "127.0.0.1:1", "SCIZOO_STATE": str(state)}
    command = [Path(sys.executable).with_name("scizoo"), "status"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=240, check=False)


def make_capture(folder: Path) -> None:
    save_settings(folder, Settings(beamline="demo", facility="maxiv", pid_prefix="20.500.12345"))
    producer = Producer.start("scifly", StateFolder(folder))
    producer.begin(producer.source("ses")).ended("completed", title="edc.ibw")
    producer.close()


def test_a_silent_database_is_named_and_the_state_folder_is_read(state_folder):
    make_capture(state_folder)
    done = status(state_folder)
    assert "127.0.0.1:1" in done.stdout and "does not answer" in done.stdout
    assert "edc.ibw" in done.stdout and "captured" in done.stdout
    assert done.returncode == 1


def test_a_damaged_ledger_is_named_without_a_traceback(state_folder):
    make_capture(state_folder)
    (state_folder / "forwarder.db").write_bytes(b"not a database" * 1000)
    done = status(state_folder)
    assert str(state_folder) in done.stdout
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
