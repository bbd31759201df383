"""What to do about the ScanDir of every scope."""

import pytest

from pathfixer.following.scan_dir import Decision, Target, decide

RAW = "/data/visitors/demo/20260101/20260914/raw"
OTHER = "/data/visitors/demo/20260199/20260914/raw"
UNOWNED = "/data/staff/demo/unowned"
OPEN, CLOSED = Target(f"{RAW}/ice", RAW), Target(UNOWNED)
DOOR = "Door/demo/1.ScanDir"


def decision(
    found: dict[str, str | None], target: Target, settled: bool = True, put_back: bool = False
) -> Decision:
    return decide(found, target, settled, put_back, lambda path: path.startswith("/data/visitors/"))


def test_nothing_is_written_where_nothing_differs():
    assert decision({"ScanDir": OPEN.scan_dir}, OPEN, settled=False) == Decision()
    assert decision({"ScanDir": UNOWNED}, CLOSED) == Decision()


@pytest.mark.parametrize("before", [None, OTHER, UNOWNED, "/scratch", RAW])
def test_a_new_target_is_written_over_whatever_there_was(before):
    assert decision({"ScanDir": before}, OPEN, settled=False).write == {"ScanDir": OPEN.scan_dir}


def test_a_missing_scan_dir_is_written_again_since_a_scan_would_save_nothing():
    assert decision({"ScanDir": None}, OPEN).write == {"ScanDir": OPEN.scan_dir}
    assert decision({"ScanDir": None}, CLOSED).write == {"ScanDir": UNOWNED}


def test_a_user_s_change_is_told_and_tolerated():
    told = decision({"ScanDir": "/scratch"}, OPEN)
    assert told.write == {}
    assert told.overrides == (f"ScanDir was set to /scratch, outside the session ({OPEN.scan_dir})",)


def test_a_user_s_change_is_put_back_when_configured():
    assert decision({"ScanDir": "/scratch"}, OPEN, put_back=True) == Decision({"ScanDir": OPEN.scan_dir})


@pytest.mark.parametrize("put_back", [True, False])
def test_another_folder_of_the_same_session_is_nobody_s_business(put_back):
    assert decision({"ScanDir": f"{RAW}/other"}, OPEN, put_back=put_back) == Decision()
    found = {"ScanDir": OPEN.scan_dir, DOOR: f"{RAW}/other"}
    assert decision(found, OPEN, put_back=put_back) == Decision()


def test_the_folder_of_an_earlier_sample_is_told_or_put_back_an_old_copy_leads_there():
    target = Target(f"{RAW}/ice", RAW, frozenset({RAW, f"{RAW}/water"}))
    found = {"ScanDir": f"{RAW}/water"}
    told = f"ScanDir was set back to {RAW}/water, where an earlier sample's scans went ({RAW}/ice)"
    assert decision(found, target) == Decision(overrides=(told,))
    assert decision(found, target, put_back=True) == Decision({"ScanDir": f"{RAW}/ice"})
    assert decision({"ScanDir": f"{RAW}/other"}, target, put_back=True) == Decision()


def test_a_path_that_leaves_the_session_by_dots_is_outside():
    assert decision({"ScanDir": f"{RAW}/../../x"}, OPEN).overrides


def test_without_a_session_no_scope_keeps_a_proposal_s_folder():
    found = {"ScanDir": OTHER, DOOR: f"{OTHER}/x", "ascan.ScanDir": "/scratch"}
    assert decision(found, CLOSED) == Decision({"ScanDir": UNOWNED}, (DOOR,))


def test_without_a_session_a_folder_of_nobody_s_is_told_and_tolerated():
    assert decision({"ScanDir": "/scratch"}, CLOSED).overrides == (
        f"ScanDir was set to /scratch, outside the folder for unowned scans ({UNOWNED})",
    )


def test_a_new_session_takes_another_proposal_s_folder_out_of_every_scope():
    assert decision({"ScanDir": OPEN.scan_dir, DOOR: OTHER}, OPEN, settled=False).delete == (DOOR,)


def test_a_narrower_scope_set_later_is_told_or_taken_out():
    found = {"ScanDir": OPEN.scan_dir, DOOR: "/scratch"}
    assert decision(found, OPEN).overrides == (
        f"{DOOR} was set to /scratch, outside the session ({OPEN.scan_dir})",
    )
    assert decision(found, OPEN, put_back=True) == Decision({}, (DOOR,))
