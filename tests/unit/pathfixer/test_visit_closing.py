"""Visits closed by staff or by time, locked on a real file system, opened again."""

import os
import stat
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from pathfixer.errors import RefusedError
from pathfixer.sessions import closed_document
from sdm.testing.files_here import FilesHere
from tests.own_tree import GID, UID, make_site_part
from tests.unit.pathfixer.visit_bench import BEGIN, END, GRACE, STAFF, Bench


@pytest.fixture
def bench(tmp_path):
    make_site_part(tmp_path / "data")
    bench = Bench(tmp_path / "data", tmp_path / "state")
    bench.open_visit()
    yield bench
    bench.stop()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_staff_close_a_visit_and_it_is_locked(bench):
    lines = bench.close()
    assert lines[0] == "visit 20260101/20260914 is locked"
    assert (mode(bench.visit), mode(bench.visit / "raw"), mode(bench.visit / "raw/scan.h5")) == (
        0o3550,
        0o2550,
        0o440,
    )
    with pytest.raises(RefusedError, match="is locked already"):
        bench.close()


def test_an_order_waits_while_another_visit_is_worked_at(bench):
    said = []
    with bench.locking.alone(bench.book.find(str(bench.visit))):
        order = threading.Thread(target=lambda: said.extend(bench.close()))
        order.start()
        order.join(0.1)
        assert order.is_alive(), "refused, or not waited"
        assert said == []
    order.join(30)
    assert said[0] == "visit 20260101/20260914 is locked"


def test_opening_and_closing_leave_what_an_archive_needs(bench):
    bench.close()
    opened, closed, locked = bench.book.records()
    assert [opened.event, closed.event, locked.event] == ["opened", "closed", "locked"]
    assert (opened.proposal.title, opened.proposal.number) == ("Ice", "20260101")
    assert closed.proposal == opened.proposal
    assert (closed.by, closed.reason) == (STAFF, "measured")
    visit = opened.folders[0]
    assert (visit.path, visit.uid, visit.gid, visit.mode) == (str(bench.visit), UID, GID, "3770")
    assert locked.folders[0].mode == "3550"
    assert '"schema":"scizoo.visit/1"' in opened.model_dump_json(by_alias=True)


@pytest.mark.parametrize("by", ["carlcarl@control", "", "lismei2@x"])
def test_who_is_not_of_the_staff_is_refused(bench, by):
    with pytest.raises(RefusedError, match="not of the staff"):
        bench.close(by)
    assert bench.visit_state == "open"


def test_a_visit_that_somebody_has_stays_open_and_the_refusal_names_who(bench):
    bench.session = bench.session.model_copy(update={"state": "open", "path": f"{bench.visit}/raw"})
    with pytest.raises(RefusedError, match="the session of this PathFixer is in it"):
        bench.close()
    bench.session = closed_document(1, "demo", "/unowned")
    bench.beamline.siblings["demo/ctl/sdm-02"].folders = [f"{bench.visit}/raw"]
    with pytest.raises(RefusedError, match="PathFixer demo/ctl/sdm-02 has it"):
        bench.close()
    assert mode(bench.visit) == 0o3770


def test_it_closes_by_itself_when_its_last_block_and_the_grace_time_are_over(bench):
    bench.tend(GRACE - timedelta(minutes=1))
    assert bench.visit_state == "open"
    bench.tend(GRACE + timedelta(minutes=1))
    bench.tend(GRACE + timedelta(minutes=2))
    assert bench.visit_state == "locked"
    assert bench.book.records()[1].by == "PathFixer"


def test_nothing_is_done_until_the_time_of_a_visit_is_over_and_then_at_once(bench):
    bench.tend(GRACE - timedelta(seconds=20))
    assert bench.tending.pause_s == pytest.approx(21)
    bench.tend(GRACE)
    assert bench.tending.pause_s <= 5, "the office was asked, its answer is near"
    bench.close()
    bench.closing.reopen(str(bench.visit), STAFF, "late frames")
    bench.now += timedelta(hours=23, minutes=59, seconds=30)
    assert bench.tending.pause_s == pytest.approx(31)


def test_an_office_that_is_away_is_not_asked_all_the_time(bench):
    bench.office.away = True
    for second in range(0, 60, 5):
        bench.tend(GRACE + timedelta(seconds=second))
    assert bench.office.asked == 1


def test_a_visit_that_was_prolonged_since_is_not_closed(bench):
    bench.office.end = END + timedelta(days=2)
    bench.tend(GRACE + timedelta(minutes=1))
    bench.tend(GRACE + timedelta(minutes=2))
    assert bench.visit_state == "open"
    assert bench.book.find(str(bench.visit)).ends_at == END + timedelta(days=2)


def test_without_an_answer_of_the_office_since_then_nothing_closes_by_itself(bench):
    bench.office.away = True
    for minute in range(1, 5):
        bench.tend(GRACE + timedelta(minutes=minute))
    assert bench.visit_state == "open"


def test_by_itself_nothing_closes_that_a_sibling_has_or_whose_sibling_is_silent(bench):
    del bench.beamline.siblings["demo/ctl/sdm-02"]
    for minute in range(1, 5):
        bench.tend(GRACE + timedelta(minutes=minute))
    assert bench.visit_state == "open"


def test_a_lock_that_did_not_come_to_its_end_is_taken_up_again(bench):
    (bench.visit / "raw").rename(bench.visit / "away")
    bench.visit.rename(bench.visit.with_name("gone"))
    with pytest.raises(Exception, match="gone|missing|not there"):
        bench.close()
    assert bench.visit_state == "closed"
    bench.visit.with_name("gone").rename(bench.visit)
    (bench.visit / "away").rename(bench.visit / "raw")
    bench.stop()
    bench.files = FilesHere()
    bench.start()
    bench.tend(timedelta(0))
    assert bench.visit_state == "locked"


def test_reopening_needs_a_reason_is_written_down_and_locks_itself_again(bench):
    bench.close()
    with pytest.raises(RefusedError, match="for a reason"):
        bench.closing.reopen(str(bench.visit), STAFF, " ")
    lines = bench.closing.reopen(str(bench.visit), STAFF, "frames were late")
    assert "is open again and locks itself after 2026-09-15 06:00 UTC" in lines[0]
    assert (mode(bench.visit), mode(bench.visit / "raw")) == (0o3770, 0o2770)
    assert mode(bench.visit / "raw/scan.h5") == 0o440
    assert (bench.book.records()[-1].event, bench.book.records()[-1].reason) == (
        "reopened",
        "frames were late",
    )
    (bench.visit / "raw/late.h5").write_text("frames")
    bench.now = BEGIN + timedelta(hours=25)
    for _ in range(2):
        bench.tending.tend(bench.activity)
    assert bench.visit_state == "locked"
    assert mode(bench.visit / "raw/late.h5") == 0o440


def test_a_reopened_visit_with_a_session_in_it_is_not_locked_under_it(bench):
    bench.close()
    bench.closing.reopen(str(bench.visit), STAFF, "more")
    bench.session = bench.session.model_copy(update={"state": "open", "path": f"{bench.visit}/raw"})
    bench.tend(timedelta(days=30))
    assert bench.visit_state == "reopened"


def test_it_reads_partly_locked_until_root_has_done_the_rest(bench):
    foreign = bench.visit / "raw/eiger.h5"
    foreign.write_text("frames")
    os.link(foreign, bench.visit.parent / "second-name.h5")
    lines = bench.close()
    assert lines[0] == "visit 20260101/20260914 is partly locked"
    assert any("with more than one name" in line and "eiger.h5" in line for line in lines)
    assert lines[-1].endswith(f"scizoo visit lock --as-root {bench.visit}")
    (bench.visit.parent / "second-name.h5").unlink()
    subprocess.run(["chmod", "440", str(foreign)], check=True)
    bench.tend(timedelta(hours=2))
    assert bench.visit_state == "locked"


def test_a_closed_visit_is_looked_at_by_a_check(bench):
    bench.close()
    (bench.visit / "raw/scan.h5").chmod(0o640)
    (finding,) = bench.files.check_closed(bench.closing.closed_plans())
    assert not finding.ok
    assert "raw/scan.h5" in finding.finding
