"""Several PathFixers of a beamline, each with its own book, and what stands beside the visits' folders."""

import json
import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from pathfixer.errors import RefusedError
from pathfixer.testing.beamline import SiblingInMemory
from pathfixer.visits.known import reopened_at
from sdm.errors import NameRefusedError
from tests.own_tree import make_site_part
from tests.unit.pathfixer.visit_bench import BEGIN, END, GRACE, STAFF, Bench

NAME = "20260101/20260914"
ONE, TWO = "demo/ctl/sdm-01", "demo-e02/ctl/sdm-01"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    make_site_part(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def one(root, tmp_path):
    bench = Bench(root, tmp_path / "one", ONE)
    bench.open_visit()
    yield bench
    bench.stop()


@pytest.fixture
def two(root, tmp_path):
    bench = Bench(root, tmp_path / "two", TWO)
    yield bench
    bench.stop()


def sheet(bench) -> Path:
    return bench.visit.with_name(".scizoo-visit-20260914.json")


def kept(bench) -> list[tuple]:
    return [(one.visit.name, one.visit.ends_at, one.over) for one in bench.sheets.kept("20260101")]


def reopen(bench) -> None:
    bench.closing.reopen(NAME, STAFF, "late frames")


def test_a_visit_keeps_its_name_and_times_for_who_never_opened_it(one, two):
    assert kept(two) == kept(one) == [("20260914", END, False)]
    assert two.book.visits() == [], "it is looked after by who made it"
    assert two.book.find(NAME).line.endswith(f"at {ONE}")


def test_prolonged_times_reach_the_others(one, two):
    one.office.end = END + timedelta(days=3)
    one.now += timedelta(minutes=1)
    one.office.refresh()
    one.tend(timedelta(hours=2))
    assert kept(two) == [("20260914", END + timedelta(days=3), False)]


def test_a_folder_that_nobody_says_anything_of_keeps_its_name_too(one, two):
    sheet(one).unlink()
    assert kept(two) == [("20260914", None, True)]
    (one.visit.parent / "notes").mkdir()
    (one.visit.parent / "20269999").mkdir()
    assert kept(two) == [("20260914", None, True)]
    assert two.book.find(NAME).state == "open"
    two.book.require_open(str(two.visit))


def test_closed_is_closed_for_all_also_before_it_is_locked(one, two):
    visit = one.book.find(NAME)
    one.locking.write(visit, "closed", STAFF)
    assert stat.S_IMODE(one.visit.stat().st_mode) == 0o3770
    two.sheets.look("20260101")
    with pytest.raises(RefusedError, match="is closed since"):
        two.book.require_open(str(two.visit))


def test_opened_again_by_one_it_takes_sessions_of_the_other(one, two):
    two.open_visit()
    one.close()
    two.sheets.look_around()
    assert two.visit_state == "locked"
    reopen(one)
    two.sheets.look_around()
    two.book.require_open(str(two.visit))
    assert two.book.find(NAME).until == one.book.find(NAME).until
    records = [record.event for record in two.book.records()]
    assert records == ["opened", "locked", "reopened"], "what the other did is in both books"


def test_what_one_has_opened_again_the_other_does_not_lock(one, two):
    two.open_visit()
    os.link(one.visit / "raw/scan.h5", one.visit.parent / "second-name")
    one.close()
    two.sheets.look_around()
    assert two.visit_state == "partly locked"
    two.tend(-timedelta(hours=20))
    reopen(one)
    two.tend(-timedelta(hours=18))
    assert stat.S_IMODE(one.visit.stat().st_mode) == 0o3770
    with pytest.raises(RefusedError, match="is reopened"):
        two.closing.lock(NAME, STAFF)


def test_who_opened_it_again_closes_it_and_neither_waits_for_the_other(one, two):
    two.open_visit()
    one.close()
    reopen(one)
    two.sheets.look_around()
    for bench, other, name in ((one, two, TWO), (two, one, ONE)):
        lines = [visit.line for visit in other.book.visits()]
        bench.beamline.siblings = {"demo/ctl/sdm-02": SiblingInMemory(folders=reopened_at(lines, name))}
    two.now = one.now = BEGIN + timedelta(hours=25)
    two.tending.tend(two.activity)
    assert two.visit_state == "reopened", "who opened it again has it"
    one.tending.tend(one.activity)
    assert (one.visit_state, stat.S_IMODE(one.visit.stat().st_mode)) == ("locked", 0o3550)
    two.tending.tend(two.activity)
    assert two.visit_state == "locked"


def test_two_that_close_at_once_do_not_write_for_ever(one, two):
    two.open_visit()
    one.tend(GRACE + timedelta(minutes=1))
    for hour in range(1, 6):
        for bench in (one, two):
            bench.tend(GRACE + timedelta(hours=hour))
    assert (one.visit_state, two.visit_state) == ("locked", "locked")
    assert len(one.book.records()) + len(two.book.records()) <= 8


def test_by_itself_nothing_closes_that_only_another_one_made(one, two):
    for minute in (1, 2):
        two.tend(GRACE + timedelta(minutes=minute))
    assert two.visit_state == "open"


def test_staff_may_close_there_what_another_one_made(one, two):
    assert two.close()[0] == f"visit {NAME} is locked"
    assert two.book.records()[0].proposal.title == "Ice"
    one.sheets.look_around()
    assert one.visit_state == "locked"


@pytest.mark.parametrize("known", [True, False])
def test_what_an_earlier_store_of_the_same_device_knew_is_not_lost(one, root, tmp_path, known):
    if not known:
        sheet(one).unlink()
    later = Bench(root, tmp_path / "later", ONE.upper())
    later.tend(GRACE + timedelta(minutes=1))
    later.tend(GRACE + timedelta(minutes=2))
    assert later.visit_state == ("locked" if known else "open")
    later.stop()


def test_a_sheet_that_could_not_be_written_is_written_later_and_counts(one, two):
    one.sheets.look_around()
    two.sheets.look_around()
    away = one.visit.parent.with_name("away")
    one.visit.parent.rename(away)
    one.locking.write(one.book.find(NAME), "closed", STAFF)
    away.rename(one.visit.parent)
    two.sheets.look_around()
    assert two.book.find(NAME).state == "open"
    one.sheets.look_around()
    two.sheets.look_around()
    assert two.book.find(NAME).state == "closed"


def test_no_clock_decides_who_is_right(one, two):
    two.open_visit()
    two.now = BEGIN - timedelta(days=30)
    two.sheets.look_around()
    two.close()
    one.sheets.look_around()
    assert one.visit_state == "locked"


def test_a_sibling_that_opened_it_meanwhile_has_it(one):
    class Arriving(SiblingInMemory):
        """Has nothing at the first look, and the visit at the second."""

        looks = 0

        @property
        def folders(self):
            Arriving.looks += 1
            return [f"{one.visit}/raw"] if Arriving.looks > 1 else []

        @folders.setter
        def folders(self, value):
            pass

    one.beamline.siblings["demo/ctl/sdm-02"] = Arriving()
    with pytest.raises(RefusedError, match="in use: PathFixer demo/ctl/sdm-02 has it"):
        one.close()
    assert one.visit_state == "reopened"
    assert stat.S_IMODE(one.visit.stat().st_mode) == 0o3770
    one.beamline.siblings["demo/ctl/sdm-02"] = SiblingInMemory()
    one.tend(timedelta(0))
    assert one.visit_state == "locked"


@pytest.mark.parametrize("change", ["{", "[]", "", '{"place": {"proposal": "20260102"}}', "other place"])
def test_what_is_no_sheet_of_the_visit_is_no_answer(one, two, change):
    text = json.loads(sheet(one).read_text())
    if change == "other place":
        text["place"]["proposal"] = "20260102"
        change = json.dumps(text)
    sheet(one).chmod(0o600)
    sheet(one).write_text(change)
    assert kept(two) == [("20260914", None, True)]
    one.sheets.look_around()
    assert kept(two) == [("20260914", END, False)], "who made the visit writes it anew"


@pytest.mark.parametrize("text", ["..", "../..", "", "/data/elsewhere", "*/20260914"])
def test_what_is_no_visit_is_refused(one, text):
    with pytest.raises((RefusedError, NameRefusedError)):
        one.sheets.find(text)
