"""A capture commits each phase durably, complete in itself, whatever its fields are like."""

import sqlite3

import pytest

from scifish.message_parts import Failure, Value
from scifish.messages import decode
from scifish.producer import PidParts, Producer
from scifish.settings import Settings, save_settings
from scifish.state_folder import StateFolder


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o2770)
    save_settings(
        tmp_path, Settings(beamline="demo", facility="maxiv", pid_prefix="20.500.12345", context_max_age_s=0)
    )
    return StateFolder(tmp_path)


@pytest.fixture
def producer(folder):
    producer = Producer.start("sardana", folder)
    yield producer
    producer.close()


def messages(folder):
    found = []
    for path in folder.spools.glob("*.db"):
        rows = sqlite3.connect(path).execute("select body from message order by id")
        found += [decode(row[0]) for row in rows]
    return found


def scan(producer):
    return producer.begin(producer.source("sardana", door="door/demo/1", macro_server="macroserver/demo/1"))


def test_ended_is_self_contained(producer, folder):
    capture = scan(producer)
    capture.freeze_context("/data/x")
    capture.started(title="ascan mot01 0 1 10 0.1", scan_id="42")
    capture.ended("completed", points_recorded=11)
    started, ended = messages(folder)
    assert (started.phase, started.rank, started.status) == ("started", 0, "running")
    assert (ended.phase, ended.rank, ended.status) == ("ended", 2, "completed")
    assert (ended.title, ended.scan_id, ended.points_recorded) == (started.title, "42", 11)
    assert started.pid == ended.pid == capture.pid
    assert ended.revision > started.revision


def test_a_bad_field_never_costs_the_capture(producer, folder):
    capture = scan(producer)
    capture.started(title="ascan", points_planned=-3, moveables="none at all")
    (started,) = messages(folder)
    assert (started.title, started.points_planned, started.moveables) == ("ascan", None, [])
    told = " ".join(failure.reason for failure in started.failures)
    assert "points_planned is left out" in told and "moveables is left out" in told


def test_more_files_than_one_message_holds_follow_in_parts(producer, folder):
    capture = scan(producer)
    capture.ended("completed", files=[{"path": f"{number}.h5"} for number in range(2500)])
    ended, *parts = messages(folder)
    assert (len(ended.files), ended.parts_expected) == (1000, 2)
    assert [(part.part.index, len(part.files)) for part in parts] == [(1, 1000), (2, 500)]
    assert [part.revision for part in parts] == [ended.revision + 1, ended.revision + 2]


def test_an_amendment_says_only_what_is_new(producer, folder):
    capture = scan(producer)
    capture.ended("completed", title="ascan")
    capture.amended("completion", files=[{"path": "scans.h5", "size": 5, "complete": True}])
    amended = messages(folder)[-1]
    assert (amended.phase, amended.part.name, amended.title) == ("amended", "completion", None)
    assert amended.files[0].complete is True


def test_groups_and_notes_stand_beside_what_was_read(producer, folder):
    capture = scan(producer)
    capture.put_group("snapshot", {"mot02": Value(value=1.5, unit="mm")}, at_start=True)
    capture.put_group("custom", {"operator": Value(value="me", unit=None)}, at_start=False)
    capture.note(Failure(reason="the door was open"))
    capture.ended("completed")
    (ended,) = messages(folder)
    assert ended.values_at_start["snapshot"]["mot02"].value == 1.5
    assert ended.values["custom"]["operator"].value == "me"
    assert "the door was open" in [failure.reason for failure in ended.failures]


def test_without_a_path_fixer_nobody_is_booked(producer, folder):
    capture = scan(producer)
    capture.freeze_context("/data/visitors/demo/20170251/20240121/raw")
    capture.started()
    (started,) = messages(folder)
    assert (started.assignment, started.proposal, started.context_origin) == ("none", None, "none")
    assert "PathFixer" in started.context_note


def test_the_same_parts_make_the_same_capture_again(producer):
    parts = PidParts("0b9f5c1e-8d1f-4c41-8f54-2f1f7f7b0a11", 1, "00112233445566ff")
    source = producer.source("ses")
    assert producer.begin(source, parts=parts).pid == producer.begin(source, parts=parts).pid
    assert producer.begin(source).pid != producer.begin(source).pid


def test_settings_written_later_count_from_the_next_capture(producer, folder):
    save_settings(folder.path, Settings(beamline="demo", facility="maxiv", pid_prefix="10.1234"))
    assert scan(producer).pid.startswith("10.1234/")


def test_a_new_limit_of_arrays_counts_from_the_next_capture(producer, folder):
    save_settings(folder.path, producer.settings.model_copy(update={"array_limit": 16}))
    scan(producer)
    assert producer.reader.array_limit == 16


def test_damaged_settings_leave_the_old_ones_in_force(producer, folder):
    (folder.path / "settings.json").write_text("{")
    assert scan(producer).pid.startswith("20.500.12345/")


def test_values_that_come_after_the_end_do_not_send_thousands_of_files_again(producer, folder):
    capture = scan(producer)
    capture.ended("completed", files=[{"path": f"{number}.cbf"} for number in range(2500)])
    capture.put_group("custom", {"temperature": Value(value=80, unit="K")}, at_start=False)
    capture.ended_again()
    first, *parts, again = messages(folder)
    assert [part.phase for part in parts] == ["amended", "amended"]
    assert (again.phase, again.files, again.parts_expected) == ("ended", first.files, 2)
    assert again.values["custom"]["temperature"].value == 80
    assert again.revision > parts[-1].revision


def test_the_start_told_again_stands_in_the_order_of_commits_without_waiting(producer, folder):
    capture = scan(producer)
    capture.started(title="ascan")
    capture.put_group("snapshot", {"energy": Value(value=8.0, unit="keV")}, at_start=True)
    capture.started_again()
    capture.ended("completed")
    first, again, ended = messages(folder)
    assert [first.phase, again.phase, ended.phase] == ["started", "started", "ended"]
    assert again.values_at_start["snapshot"]["energy"].value == 8.0
    assert first.revision < again.revision < ended.revision


def test_an_end_whose_values_follow_asks_to_be_held_back(producer, folder):
    capture = scan(producer)
    capture.ended("completed", hold_s=4.0, files=[{"path": f"{number}.cbf"} for number in range(1001)])
    capture.ended_again()
    (path,) = folder.spools.glob("*.db")
    query = "select phase, json_extract(summary, '$.hold_ms') from message order by id"
    assert sqlite3.connect(path).execute(query).fetchall() == [
        ("ended", 4000),
        ("amended", None),
        ("ended", None),
    ]
