"""The recorder's own errors never reach a scan, and the scan is captured all the same."""

import pytest

SCANS = {
    "ascan": ("ascan", "mot01", 0, 1, 4, 0.02),
    "ascanct": ("ascanct", "mot01", 0, 1, 9, 0.02),
}
PLACES = ["init", "start", "started", "record", "end", "ending", "ended"]


@pytest.fixture
def door(doors):
    door = doors[0]
    yield door
    door.run("set_fault", "off")
    door.run("hide_package", False)


@pytest.mark.parametrize("scan", SCANS)
@pytest.mark.parametrize("place", PLACES)
def test_an_error_anywhere_leaves_scan_and_dataset_whole(spooled, door, scan, place):
    door.run("set_fault", f"recorder.{place}:raise")
    door.run(*SCANS[scan])
    said = door.said("Warning")

    (told,) = spooled.ended()
    planned = 5 if scan == "ascan" else 10
    assert (told.status, told.points_planned) == ("completed", planned)
    assert told.points_recorded + told.points_empty == planned
    assert told.assignment == "assigned"
    assert told.files[0].entry == f"entry{told.scan_id}"
    assert spooled.amended(told.pid).files[0].complete
    assert any(
        f"fault injected at recorder.{place}" in failure.reason for failure in told.failures
    ) or place in (
        "init",
        "ended",
    )
    assert ("captured incompletely" in said) == (place in ("start", "started", "end", "ending", "ended"))


def test_an_error_in_custom_data_costs_only_them(spooled, door):
    door.run("set_fault", "recorder.custom:raise")
    door.run("scan_with_hook", "custom")

    (scan,) = spooled.ended()
    assert (scan.status, sorted(scan.values["custom"])) == ("completed", ["after", "inside"])


@pytest.mark.parametrize("scan", SCANS)
def test_a_package_that_cannot_be_imported_is_told_at_each_scan(spooled, door, scan):
    door.run("hide_package", True)
    for _ in range(2):
        door.run(*SCANS[scan])
        assert "This scan is NOT CAPTURED: ModuleNotFoundError" in door.said("Warning")
    assert spooled.messages() == []

    door.run("hide_package", False)
    door.run(*SCANS[scan])
    assert len(spooled.ended()) == 1


def test_without_settings_each_scan_says_what_to_do(captured, spooled, door):
    """A capture host whose SciFish has never run: the server keeps what it has, a new one warns."""
    settings = captured.state_folder / "settings.json"
    hidden = settings.with_suffix(".hidden")
    door.run("forget_process")
    settings.rename(hidden)
    try:
        door.run(*SCANS["ascan"])
        assert "NOT CAPTURED" in door.said("Warning")
        assert "start the SciFish device of this host once" in door.said("Warning")
    finally:
        hidden.rename(settings)
    door.run(*SCANS["ascan"])
    assert len(spooled.ended()) == 1
