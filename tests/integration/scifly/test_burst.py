"""A thousand files at once: each captured once, and quickly."""

import logging
import time

from tests.waiting import wait_for

FILES = 1000
RING, NOT_WAITED_FOR = "demo/sim/ring", "no answer within 1 s"
log = logging.getLogger(__name__)


def reasons(message):
    return {(failure.device, failure.reason) for failure in message.failures}


def test_a_burst_of_a_thousand_files(beamline):
    raw = beamline.open_session("20260101")
    beamline.serve()
    beamline.watching(raw)
    begun = time.monotonic()
    for number in range(FILES):
        (raw / f"img_{number:04d}.tif").write_bytes(b"x" * 100)
    written = time.monotonic()
    wait_for(lambda: beamline.read("Captured") == FILES, 300, "all captured")
    ended = time.monotonic()
    log.info("%d files: written in %.2f s, captured %.2f s later", FILES, written - begun, ended - written)
    messages = beamline.captures()
    assert len(messages) == FILES == len({message.pid for message in messages})
    assert {message.name for message in messages} == {f"img_{number:04d}.tif" for number in range(FILES)}
    told = [message for message in messages if "current" in message.values.get("Machine", {})]
    late = [message for message in messages if (RING, NOT_WAITED_FOR) in reasons(message)]
    assert told and len(told) + len(late) == FILES
