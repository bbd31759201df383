"""The SciFly device: files that a program saves become captures, with values, owner and size."""

import tango

from scifish.settings import FILE_NAME
from tests.waiting import wait_for

LONG_SETTLE_S = "4"
"""For tests in which a file must not rest while the acquisition program is held up by other work."""


def test_a_file_that_a_program_saves_slowly_becomes_one_capture(beamline, last_files):
    raw = beamline.open_session("20260101", sample="s01", visit="20261121")
    beamline.serve(SettleSeconds=LONG_SETTLE_S)
    beamline.watching(raw)
    program = beamline.acquire(raw, "--duration", "3")
    (message,) = beamline.captured(1)
    path = raw / "Ag_0001.txt"
    assert not program.alive
    assert [(file.path, file.size, file.complete) for file in message.files] == [
        ("Ag_0001.txt", path.stat().st_size, True)
    ]
    assert (message.proposal, message.visit, message.sample, message.assignment) == (
        "20260101",
        "20261121",
        "s01",
        "assigned",
    )
    assert abs(message.end_time.timestamp() - path.stat().st_mtime) < 1e-5
    assert 1.0 < (message.end_time - message.start_time).total_seconds() < 60
    assert (message.status, message.title, message.data_format) == ("completed", "Ag_0001.txt", "text")
    beamline.idle()
    assert (beamline.read("Seen"), beamline.read("Captured"), beamline.read("Failed")) == (1, 1, 0)
    (shown,) = last_files()
    assert (shown["path"], shown["state"], shown["pid"]) == (str(path), "captured", message.pid)
    assert beamline.proxy.state() == tango.DevState.ON


def test_values_are_those_of_its_appearance_and_of_its_end(beamline):
    raw = beamline.open_session("20260101")
    beamline.serve()
    beamline.watching(raw)
    beamline.acquire(raw, "--duration", "2")
    (message,) = beamline.captured(1)
    start, end = (values["Machine"]["current"] for values in (message.values_at_start, message.values))
    assert start.unit == end.unit == "mA"
    assert start.read_time < end.read_time
    assert not start.late and not end.late
    assert message.selection.name == "ring"
    assert {(failure.device, failure.phase) for failure in message.failures if failure.device} == {
        ("demo/sim/broken-01", "start"),
        ("demo/sim/broken-01", "end"),
    }


def test_a_file_that_grows_under_a_temporary_name_is_captured_under_its_final_one(beamline):
    raw = beamline.open_session("20260101")
    beamline.serve(SettleSeconds=LONG_SETTLE_S)
    beamline.watching(raw)
    beamline.acquire(raw, "--duration", "3", "--style", "temporary")
    (message,) = beamline.captured(1)
    beamline.idle()
    assert message.name == "Ag_0001.txt" and len(beamline.captures()) == 1
    assert (message.end_time - message.start_time).total_seconds() > 1.0


def test_a_session_switched_in_mid_write_does_not_move_the_file(beamline):
    first = beamline.open_session("20260101")
    beamline.serve(SettleSeconds=LONG_SETTLE_S)
    beamline.watching(first)
    beamline.acquire(first, "--duration", "3")
    wait_for(lambda: beamline.read("Settling") == 1, 10, "the file is seen")
    second = beamline.open_session("20260102")
    beamline.watching(second)
    beamline.acquire(second, "--duration", "0.2", "--spectrum", "Other")
    messages = {message.name: message for message in beamline.captured(2)}
    assert messages["Ag_0001.txt"].proposal == "20260101"
    assert messages["Ag_0001.txt"].source_folder == str(first)
    assert messages["Other.txt"].proposal == "20260102"


def test_without_a_session_files_are_booked_on_nobody(beamline):
    unowned = beamline.close_session()
    beamline.serve()
    beamline.watching(unowned)
    beamline.acquire(unowned, "--duration", "0.2")
    (message,) = beamline.captured(1)
    assert (message.assignment, message.proposal) == ("none", None)
    assert message.context_note == "no session is open"


def test_switched_off_files_are_left_alone_also_after_a_restart(beamline, last_files):
    raw = beamline.open_session("20260101")
    beamline.serve()
    beamline.watching(raw)
    beamline.proxy.write_attribute("Enabled", False)
    wait_for(lambda: beamline.read("Enabled") is False, 5, "Enabled is false")
    assert beamline.proxy.state() == tango.DevState.DISABLE
    beamline.server.restart()
    wait_for(lambda: beamline.proxy.state() == tango.DevState.DISABLE, 20, "still off")
    (raw / "not-wanted.txt").write_text("x")
    (shown,) = wait_for(last_files, 10, "the file is passed over")
    assert (shown["path"], shown["state"]) == (str(raw / "not-wanted.txt"), "left")
    beamline.proxy.write_attribute("Enabled", True)
    wait_for(lambda: beamline.proxy.state() == tango.DevState.ON, 5, "on again")
    (raw / "wanted.txt").write_text("x")
    (message,) = beamline.captured(1)
    assert message.name == "wanted.txt"


def test_events_are_pushed_for_clients_and_archives(beamline):
    raw = beamline.open_session("20260101")
    beamline.serve()
    beamline.watching(raw)
    proxy = beamline.proxy
    seen: list[int] = []

    def note(event: tango.EventData) -> None:
        if not event.err:
            seen.append(event.attr_value.value)

    kinds = (tango.EventType.CHANGE_EVENT, tango.EventType.ARCHIVE_EVENT)
    numbers = [proxy.subscribe_event("Captured", kind, note) for kind in kinds]
    (raw / "a.txt").write_text("x")
    beamline.captured(1)
    wait_for(lambda: seen.count(1) == 2, 10, "one event of each kind")
    for number in numbers:
        proxy.unsubscribe_event(number)


def test_it_says_what_is_wrong_and_recovers_by_itself(beamline):
    raw = beamline.open_session("20260101")
    settings = (beamline.state / FILE_NAME).read_bytes()
    (beamline.state / FILE_NAME).unlink()
    beamline.serve()
    wait_for(lambda: beamline.proxy.state() == tango.DevState.FAULT, 10, "FAULT")
    assert "start the SciFish device" in beamline.proxy.status()
    (beamline.state / FILE_NAME).write_bytes(settings)
    beamline.watching(raw)
    raw.rename(raw.with_name("away"))
    wait_for(lambda: beamline.proxy.state() == tango.DevState.ALARM, 10, "ALARM")
    assert str(raw) in beamline.proxy.status()
    raw.with_name("away").rename(raw)
    wait_for(lambda: beamline.proxy.state() == tango.DevState.ON, 10, "ON")


def test_a_wrong_property_is_a_fault_in_words(beamline):
    beamline.open_session("20260101")
    beamline.serve(SettleSeconds="soon", ProfileFiles="generic")
    assert beamline.proxy.state() == tango.DevState.FAULT
    assert "SettleSeconds" in beamline.proxy.status() and "soon" in beamline.proxy.status()


def test_init_follows_again_without_losing_a_file(beamline):
    raw = beamline.open_session("20260101")
    beamline.serve()
    beamline.watching(raw)
    beamline.acquire(raw, "--duration", "1.5")
    wait_for(lambda: beamline.read("Settling") == 1, 10, "the file is seen")
    beamline.proxy.Init()
    (message,) = beamline.captured(1)
    beamline.idle()
    assert message.name == "Ag_0001.txt" and len(beamline.datasets()) == 1


def test_another_path_fixer_in_the_settings_is_followed_without_a_restart(beamline):
    raw = beamline.open_session("20260101")
    settings = (beamline.state / FILE_NAME).read_bytes()
    (beamline.state / FILE_NAME).write_text(
        '{"beamline": "demo", "facility": "maxiv", "pid_prefix": "20.500.12345"}'
    )
    beamline.serve()
    wait_for(lambda: "no PathFixer is named" in beamline.proxy.status(), 10, "no PathFixer")
    assert beamline.proxy.state() == tango.DevState.STANDBY
    (beamline.state / FILE_NAME).write_bytes(settings)
    beamline.watching(raw)
