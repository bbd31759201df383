"""``scizoo check`` finds a Door whose scans are lost, before anybody misses them."""

import tempfile

import pytest

from scifish.captures import CaptureState
from scizoo.checks.doors import check_door, check_history, check_macro_server

DOOR, SERVER = "Door/demo/1", "macroserver/demo/1"
SCAN = {"serialno": 42, "startts": 1_795_145_644.6, "title": "ascan mot01 0 1 10 0.1"}


def capture(**changes):
    fields = {"pid": "p/1", "scan_id": "42", "phase": "ended", "state": "sent", "age_s": 1.0, **changes}
    return CaptureState(**{"start_ns": 1_795_145_644_610_000_000, **fields})


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
    finding = check_door(DOOR, environment)
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


def test_the_newest_scan_needs_a_capture():
    environment = {"ScanHistory": [{"serialno": 41, "startts": 0}, SCAN]}
    assert only(check_history(SERVER, environment, [capture()])).ok
    for other in ([], [capture(scan_id="41")], [capture(start_ns=1)]):
        finding = only(check_history(SERVER, environment, other))
        assert not finding.ok and "42" in finding.finding


def test_a_server_without_scans_has_nothing_to_answer_for():
    assert list(check_history(SERVER, {}, [])) == []
