"""The SciFish device in a process of its own, on a real Tango database and Apache Kafka."""

import json
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest
import tango
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from scifish.heartbeat import Heartbeat
from scifish.messages import decode
from scifish.receipts import Receipt
from scifish.settings import load_settings
from scifish.spool.rows import SpoolRows
from scifish.state_folder import StateFolder
from scifish.status.captures import list_captures
from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.run_folder import RunFolder
from tests.serving import serving_many
from tests.waiting import wait_for

NUMBERS = count()
NEEDED = {"Facility": "maxiv", "PidPrefix": "20.500.12345"}
SES = {"program": "ses", "title": "EDC at 80 K", "source_folder": "/data/x"}

Start = Callable[..., DeviceServer]


@pytest.fixture
def beamline(kafka) -> str:
    """A beamline with its three topics."""
    name = f"d{uuid.uuid4().hex[:12]}"
    stamped = {"message.timestamp.type": "LogAppendTime"}
    topics = [NewTopic(f"scizoo.{name}.{kind}", 1, 1, config=stamped) for kind in ("captures", "receipts")]
    admin = AdminClient({"bootstrap.servers": kafka.address})
    for future in admin.create_topics(topics).values():
        future.result(10)
    return name


@pytest.fixture
def start(tango_db, tmp_path: Path) -> Iterator[Start]:
    """Start a SciFish server with these properties on a capture host of its own."""

    def make(host: str = "capture-1", **properties: str) -> DeviceServer:
        instance = f"t{next(NUMBERS)}"
        device = Device(f"test/scifish/{instance}", "SciFish", properties)
        home = tmp_path / host
        home.mkdir(exist_ok=True)
        server = DeviceServer(RunFolder(home), tango_db.address, "scifish", "SciFish", [device], instance)
        server.variables["SCIZOO_HOST"] = host
        return started(server)

    with serving_many() as started:
        yield make


@pytest.fixture
def scifish(start: Start, kafka, beamline: str) -> DeviceServer:
    return start(Beamline=beamline, KafkaBootstrap=kafka.address, **NEEDED)


def state_of(proxy: tango.DeviceProxy, pid: str) -> str:
    return json.loads(proxy.GetCapture(pid))["state"]


def result_of(proxy: tango.DeviceProxy, job: str):
    items = [json.loads(line) for line in proxy.JobResult or ()]
    return next((item["result"] for item in items if item["id"] == job), None)


def bodies(folder: StateFolder, pid: str):
    for path in folder.spools.glob("*.db"):
        rows = SpoolRows(path)
        for head in rows.heads_after(0, 100).heads:
            if head.pid == pid:
                yield decode(rows.body(head.row))
        rows.close()


def test_without_a_pid_prefix_it_is_in_fault_and_says_what_to_set(start: Start):
    proxy = start(Beamline="demo", Facility="maxiv").proxy()
    assert proxy.state() == tango.DevState.FAULT
    assert "property PidPrefix is missing: set it in Jive and run Init" in proxy.status()
    with pytest.raises(tango.DevFailed, match="PidPrefix is missing"):
        proxy.StartCapture(json.dumps(SES))


def test_a_wrong_line_of_sessions_is_named(start: Start):
    proxy = start(Beamline="demo", Sessions="just words", **NEEDED).proxy()
    assert proxy.state() == tango.DevState.FAULT
    assert "'just words' is not <name>=<PathFixer>,<SciDog>,<endstation>" in proxy.status()


def test_it_writes_the_settings_that_every_producer_reads(start: Start):
    server = start(Beamline="demo", Sessions="*=demo/ctl/sdm-01,,e02", BeginWait="0.5", **NEEDED)
    settings = load_settings(server.folder.capture_host)
    assert (settings.beamline, settings.pid_prefix, settings.begin_wait_s) == ("demo", "20.500.12345", 0.5)
    assert settings.station().endstation == "e02"


def test_without_kafka_it_keeps_and_says_so(start: Start):
    server = start(Beamline="demo", **NEEDED)
    proxy = server.proxy()
    pid = proxy.Capture(json.dumps(SES))
    wait_for(lambda: proxy.Pending, 5, "pending")
    assert state_of(proxy, pid) == "captured"
    wait_for(lambda: proxy.state() == tango.DevState.ALARM, 5, "alarm")
    assert "captures are kept; no Kafka is configured" in proxy.status()


def test_it_tells_which_consumers_are_alive_and_nothing_that_changes_each_second(scifish, kafka, beamline):
    proxy, told = scifish.proxy(), []
    assert not proxy.Consumers, "nobody was ever heard of"
    now = datetime.now(timezone.utc)
    beat = Heartbeat(sink="mongodb", group="scicow-mongodb", sinks=["mongodb", "scicat"], at=now)
    producer = Producer({"bootstrap.servers": kafka.address})
    producer.produce(f"scizoo.{beamline}.receipts", beat.to_bytes())
    assert producer.flush(10) == 0
    wait_for(lambda: proxy.Consumers, 20, "the heartbeat has come")
    event = proxy.subscribe_event("Consumers", tango.EventType.CHANGE_EVENT, told.append)
    mongodb, scicat = (json.loads(line) for line in proxy.Consumers)
    assert mongodb.keys() == {"sink", "alive", "since"}
    assert (mongodb["sink"], mongodb["alive"]) == ("mongodb", True)
    assert abs(datetime.fromisoformat(mongodb["since"].replace("Z", "+00:00")) - now) < timedelta(minutes=1)
    assert scicat == {"sink": "scicat", "alive": None, "since": None}
    producer.produce(f"scizoo.{beamline}.receipts", beat.to_bytes())
    assert producer.flush(10) == 0
    proxy.Capture(json.dumps(SES))
    wait_for(lambda: proxy.Sent, 20, "something else has been told since")
    proxy.unsubscribe_event(event)
    assert len(told) == 1, "only the subscription's own"


def test_its_counts_have_units_and_the_pending_ones_an_alarm_limit(start: Start):
    proxy = start(Beamline="demo", **NEEDED).proxy()
    about = {name: proxy.get_attribute_config(name) for name in ("Pending", "Rejected")}
    assert {name: found.unit for name, found in about.items()} == {
        "Pending": "messages",
        "Rejected": "captures",
    }
    assert about["Pending"].alarms.max_alarm == "100000"


def test_its_list_of_captures_is_an_event_only_when_something_has_changed(start: Start):
    proxy, told = start(Beamline="demo", **NEEDED).proxy(), []
    proxy.Capture(json.dumps(SES))
    event = proxy.subscribe_event("LastCaptures", tango.EventType.CHANGE_EVENT, told.append)

    def told_in_full():
        shown = [json.loads(one.attr_value.value[0]) for one in told[-1:] if one.attr_value.value]
        return [(one["phase"], one["state"]) for one in shown] == [("ended", "captured")]

    wait_for(lambda: told_in_full() and proxy.OldestPendingAge >= 3, 30, "its state and values have come")
    before, age_s = len(told), proxy.OldestPendingAge
    wait_for(lambda: proxy.OldestPendingAge >= age_s + 2, 30, "time has passed")
    proxy.unsubscribe_event(event)
    assert len(told) == before
    (shown,) = proxy.LastCaptures
    assert time.time() - 120 < json.loads(shown)["committed_s"] <= time.time()


def test_it_is_in_alarm_while_the_reserve_is_not_whole_whoever_has_used_it(scifish):
    proxy, reserve = scifish.proxy(), StateFolder(scifish.folder.capture_host).reserve
    wait_for(lambda: proxy.state() == tango.DevState.ON, 20, "all is well")
    reserve.unlink()
    reserve.mkdir()  # so nobody can make it anew
    wait_for(lambda: proxy.state() == tango.DevState.ALARM, 5, "alarm")
    assert "is used up: free" in proxy.status() or "reserve for captures has" in proxy.status()
    reserve.rmdir()
    wait_for(lambda: proxy.state() == tango.DevState.ON, 20, "the reserve is there again")


def test_a_client_begins_and_ends_a_capture_that_goes_to_the_catalogue_and_back(scifish, kafka, beamline):
    proxy = scifish.proxy()
    pid = proxy.StartCapture(json.dumps(SES))
    files = [{"path": "edc.ibw", "size": 12}]
    assert proxy.EndCapture(json.dumps({"pid": pid, "files": files, "custom": {"temperature": 80}})) == pid
    wait_for(lambda: state_of(proxy, pid) == "sent", 20, "sent")
    folder = StateFolder(scifish.folder.capture_host)
    ended = max(bodies(folder, pid), key=lambda message: (message.rank, message.revision))
    assert (ended.status, ended.title, ended.source.program) == ("completed", "EDC at 80 K", "ses")
    assert [file.path for file in ended.files] == ["edc.ibw"]
    assert ended.values["custom"]["temperature"].value == 80
    about = {name: getattr(ended, name) for name in ("pid", "author", "phase", "rank", "revision")}
    receipt = Receipt(
        **about, sink="mongodb", outcome="catalogued", sinks=["mongodb"], at="2026-01-01T00:00:00Z"
    )
    producer = Producer({"bootstrap.servers": kafka.address})
    producer.produce(f"scizoo.{beamline}.receipts", receipt.to_bytes(), key=pid)
    producer.flush(10)
    wait_for(lambda: proxy.Catalogued == 1, 10, "catalogued")

    def shown() -> list[tuple[str, str]]:
        captures = [json.loads(line) for line in proxy.LastCaptures]
        return [(capture["pid"], capture["state"]) for capture in captures]

    wait_for(lambda: shown() == [(pid, "catalogued")], 10, "shown as catalogued")
    wait_for(lambda: proxy.state() == tango.DevState.ON, 10, "no alarm")
    assert proxy.Pending == 0
    assert proxy.Broker.startswith(f"ready: {kafka.address}, Kafka cluster ")


def test_an_end_after_kill_9_of_scifish_is_the_true_end(scifish):
    proxy = scifish.proxy()
    pid = proxy.StartCapture(json.dumps(SES))
    os.kill(scifish.pid, signal.SIGKILL)
    scifish.stop()
    scifish.start()
    scifish.wait_ready()
    folder = StateFolder(scifish.folder.capture_host)
    wait_for(lambda: list_captures(folder)[0].status == "interrupted", 10, "closed as interrupted")
    wait_for(lambda: scifish.proxy().EndCapture(json.dumps({"pid": pid})), 5, "end")
    (state,) = list_captures(folder)
    assert (state.pid, state.phase, state.status) == (pid, "ended", "completed")


def test_a_request_with_a_wrong_field_is_refused_with_its_name(scifish):
    with pytest.raises(tango.DevFailed, match="titel"):
        scifish.proxy().StartCapture(json.dumps({**SES, "titel": "x"}))
    with pytest.raises(tango.DevFailed, match="no capture 'x/y' has begun on this host"):
        scifish.proxy().EndCapture(json.dumps({"pid": "x/y"}))
    with pytest.raises(tango.DevFailed, match="no spool of this host holds"):
        scifish.proxy().GetCapture("x/y")


def test_the_capture_of_a_scan_is_found_by_door_number_and_begin(start: Start):
    proxy = start(Beamline="demo", **NEEDED).proxy()
    pid = proxy.Capture(json.dumps({**SES, "scan_id": "42", "door": "door/demo/1"}))
    start_ns = json.loads(proxy.GetCapture(pid))["start_ns"]
    scan = {"scan_id": "42", "start_ns": start_ns}
    assert json.loads(proxy.FindScan(json.dumps({**scan, "door": "Door/Demo/1"})))["pid"] == pid
    assert json.loads(proxy.FindScan(json.dumps(scan)))["pid"] == pid
    assert proxy.FindScan(json.dumps({**scan, "scan_id": "43"})) == ""
    with pytest.raises(tango.DevFailed, match="start_ns"):
        proxy.FindScan(json.dumps({"scan_id": "42"}))


def test_init_forwards_again_with_the_new_properties(scifish):
    proxy = scifish.proxy()
    pid = proxy.Capture(json.dumps(SES))
    for _ in range(3):
        proxy.Init()
    wait_for(lambda: state_of(proxy, pid) == "sent", 20, "sent")
    assert proxy.state() in (tango.DevState.ON, tango.DevState.ALARM)


def test_check_tells_of_each_part(scifish):
    proxy = scifish.proxy()
    wait_for(lambda: proxy.Broker.startswith("ready"), 20, "ready")
    job = proxy.Check()

    def results() -> list[dict[str, object]]:
        shown = [json.loads(line) for line in proxy.JobResult or ()]
        return [item for item in shown if item["result"] is not None]

    found = wait_for(results, 10, "result")
    assert found[0]["id"] == job
    assert {item["part"]: item["ok"] for item in found[0]["result"]} == dict.fromkeys(
        ("state folder", "disk", "kafka"), True
    )


def test_two_capture_hosts_of_one_beamline_each_carry_their_own(start: Start, kafka, beamline):
    properties = {"Beamline": beamline, "KafkaBootstrap": kafka.address, **NEEDED}
    proxies = [start(host, **properties).proxy() for host in ("capture-1", "capture-2")]
    pids = [proxy.Capture(json.dumps(SES)) for proxy in proxies]
    for proxy, pid in zip(proxies, pids, strict=True):
        wait_for(lambda proxy=proxy, pid=pid: state_of(proxy, pid) == "sent", 20, "sent")
    shown = [wait_for(lambda proxy=proxy: proxy.LastCaptures, 5, "shown") for proxy in proxies]
    hosts = [json.loads(newest)["host"] for newest, *_ in shown]
    assert hosts == ["capture-1", "capture-2"]
