"""``scizoo check`` finds a Door whose scans are lost, before anybody misses them."""

import tempfile

import pytest

from scizoo.checks.doors import check_door, check_history, check_macro_server

DOOR, SERVER = "Door/demo/1", "macroserver/demo/1"
SCAN = {"serialno": 42, "startts": 1_795_145_644.6, "title": "ascan mot01 0 1 10 0.1"}


def only(findings):
    (finding,) = findings
    return finding


@pytest.mark.parametrize(
    ("environment", "ok"),
    [
        ({"DataRecorder": "SciFishRecorder"}, True),
        ({"DataRecorder": ["Other", "SciFishRecorder"]}, True),
        ({}, False),
        ({"DataRecorder": ["Other"]}, False),
        ({"DataRecorder": ["SciFishRecorder"], "door/demo/1.DataRecorder": []}, False),
    ],
)
def test_a_door_is_red_unless_the_setting_that_counts_names_our_recorder(environment, ok):
    finding = only(check_door(DOOR, environment))
    assert finding.ok is ok
    assert ok or "capture on" in finding.cure


def test_a_recorder_that_the_server_does_not_know_is_red():
    finding = only(check_macro_server(SERVER, ["NXscanH5_FileRecorder"], "property", {}))
    assert not finding.ok and "RecorderPath" in finding.cure


@pytest.mark.parametrize(
    "place", [None, f"{tempfile.gettempdir()}/tango-user/macroserver.properties", "/var/tmp/environment"]
)
def test_an_environment_in_a_temporary_folder_is_red(place):
    findings = list(check_macro_server(SERVER, ["SciFishRecorder"], place, {}))
    assert [finding.ok for finding in findings] == [True, False]
    assert "EnvironmentDb" in findings[1].cure


@pytest.mark.parametrize("place", ["property", "/var/lib/sardana/env"])
def test_an_environment_that_lasts_is_green(place):
    assert only(check_macro_server(SERVER, ["SciFishRecorder"], place, {})).ok


def test_a_macro_that_is_left_out_is_red_with_its_own_cure():
    environment = {"DataRecorder": ["SciFishRecorder"], "ascan.DataRecorder": []}
    finding = only(check_door(DOOR, environment))
    assert not finding.ok and "scans of ascan are not captured" in finding.finding
    assert finding.cure.endswith("capture on ascan")


@pytest.mark.parametrize(("answer", "ok"), [(True, [True]), (False, [False]), (None, [])])
def test_the_newest_scan_needs_a_capture_unless_a_host_is_silent(answer, ok):
    asked = []

    def is_captured(scan_id, start_ns):
        asked.append((scan_id, start_ns // 10**9))
        return answer

    environment = {"ScanHistory": [{"serialno": 41, "startts": 0}, SCAN]}
    found = list(check_history(SERVER, environment, is_captured, SCAN["startts"] + 60))
    assert [finding.ok for finding in found] == ok
    assert asked == [("42", int(SCAN["startts"]))]


def test_a_scan_whose_capture_is_no_longer_kept_is_not_judged():
    month_later = SCAN["startts"] + 31 * 86_400
    assert list(check_history(SERVER, {"ScanHistory": [SCAN]}, lambda *_: False, month_later)) == []


def test_a_server_without_scans_has_nothing_to_answer_for():
    assert list(check_history(SERVER, {}, lambda *_: False, 1e10)) == []
