"""From the spools to Kafka, against Apache Kafka."""

import os
import signal
import subprocess
import sys

from scifish.status.captures import list_captures
from scifish.testing.capture_messages import new_identity, told
from tests.waiting import wait_for

FORWARD = """
import sys, pathlib, signal
from scifish.forwarding.forwarder import Forwarder
from scifish.forwarding.settings import ForwarderSettings
from scifish.forwarding.kafka_client import KafkaClient
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
folder = StateFolder(pathlib.Path(sys.argv[1]))
settings = ForwarderSettings(sys.argv[2], KafkaClient(sys.argv[3]), "scifish@capture-1")
forwarder = Forwarder(folder, Spool.open(folder, "scifish"), settings)
forwarder.start()
signal.pause()  # until the fault kills it
"""


def forward_in_a_process(beamline, fault: str) -> subprocess.Popen:
    command = [sys.executable, "-c", FORWARD, str(beamline.folder.path), beamline.name, beamline.address]
    return subprocess.Popen(command, env={**os.environ, "SCIZOO_FAULT": fault})


def test_of_two_started_only_the_newest_goes_out_and_the_end_follows(beamline):
    identity = new_identity()
    beamline.spool.commit(told(identity, "started", 1))
    beamline.spool.commit(told(identity, "started", 2, title="ascan"))
    beamline.spool.commit(told(identity, "ended", 3, title="ascan"))
    beamline.forward()
    log = beamline.log(2)
    assert [(message.phase, message.revision) for message in log] == [("started", 2), ("ended", 3)]
    beamline.wait_state(identity["pid"], "sent")
    assert beamline.log_length() == 2


def test_the_record_has_the_pid_as_key_the_schema_as_header_and_the_brokers_time(beamline):
    message = told(new_identity(), "ended")
    beamline.spool.commit(message)
    beamline.forward()
    (raw,) = beamline.raw_log(1)
    assert raw.key() == message.pid.encode()
    assert raw.headers() == [("schema", b"scizoo.capture/1")]
    assert raw.value() == message.to_bytes()


def test_a_first_started_waits_a_second_for_its_values_and_then_goes_alone(beamline):
    beamline.forward()
    wait_for(lambda: beamline.forwarders[0].status.trouble is None, 10, "connected")
    identity = new_identity()
    beamline.spool.commit(told(identity))
    beamline.wait_state(identity["pid"], "sent", 5)
    (message,) = beamline.log(1)
    assert message.phase == "started"


def test_each_amended_part_goes_out(beamline):
    identity = new_identity()
    part = {"name": "files", "of": 2}
    beamline.spool.commit(
        told(identity, "ended", 1, parts_expected=2),
        told(identity, "amended", 2, part={**part, "index": 1}),
        told(identity, "amended", 3, part={**part, "index": 2}),
    )
    beamline.forward()
    assert [message.part and message.part.index for message in beamline.log(3)] == [None, 1, 2]


def test_a_new_forwarder_sends_what_came_meanwhile_and_nothing_twice(beamline):
    first, second = told(new_identity(), "ended"), told(new_identity(), "ended")
    beamline.spool.commit(first)
    beamline.forward()
    beamline.wait_state(first.pid, "sent")
    beamline.forwarders[0].stop()
    beamline.spool.commit(second)
    assert [state.state for state in list_captures(beamline.folder)].count("captured") == 1
    beamline.forward()
    beamline.wait_state(second.pid, "sent")
    assert [message.pid for message in beamline.log(2)] == [first.pid, second.pid]
    assert beamline.log_length() == 2


def test_killed_between_acknowledgement_and_note_the_same_message_goes_twice(beamline):
    message = told(new_identity(), "ended")
    beamline.spool.commit(message)
    process = forward_in_a_process(beamline, "forwarder.acknowledged:kill")
    assert process.wait(120) == -signal.SIGKILL
    assert beamline.log_length() == 1
    beamline.forward()
    beamline.wait_state(message.pid, "sent")
    assert {copy.to_bytes() for copy in beamline.log(2)} == {message.to_bytes()}


def test_killed_before_sending_nothing_is_lost(beamline):
    message = told(new_identity(), "ended")
    beamline.spool.commit(message)
    process = forward_in_a_process(beamline, "forwarder.sending:kill")
    assert process.wait(120) == -signal.SIGKILL
    beamline.forward()
    beamline.wait_state(message.pid, "sent")


def test_a_missing_topic_is_said_and_messages_go_when_it_is_made(beamline):
    beamline.delete_topics()
    message = told(new_identity(), "ended")
    beamline.spool.commit(message)
    forwarder = beamline.forward()
    wait_for(lambda: "topic missing" in str(forwarder.status.trouble), 20, "topic missing")
    assert forwarder.status.pending == 1
    beamline.make_topics()
    beamline.wait_state(message.pid, "sent", 30)
    wait_for(lambda: forwarder.status.trouble is None, 10, "no trouble any more")


def test_topics_deleted_and_made_again_under_a_running_forwarder(beamline, receipt):
    first, second = told(new_identity(), "ended"), told(new_identity(), "ended")
    forwarder = beamline.forward()
    beamline.spool.commit(first)
    beamline.wait_state(first.pid, "sent")
    beamline.delete_topics()
    beamline.spool.commit(second)
    wait_for(lambda: "topic missing" in str(forwarder.status.trouble), 20, "topic missing")
    beamline.make_topics()
    beamline.wait_state(second.pid, "sent", 30)
    assert beamline.log(1)[0].pid == second.pid
    forwarder.resend(first.pid)
    assert {message.pid for message in beamline.log(2)} == {first.pid, second.pid}
    beamline.answer(receipt(second))
    beamline.wait_state(second.pid, "catalogued")


def test_stopping_takes_a_moment_also_when_no_broker_answers(beamline):
    beamline.address = "127.0.0.1:1"
    beamline.spool.commit(told(new_identity(), "ended"))
    forwarder = beamline.forward()
    wait_for(lambda: "no broker answers" in str(forwarder.status.trouble), 10, "no broker")
    before = os.times().elapsed
    forwarder.stop()
    assert os.times().elapsed - before < 8
