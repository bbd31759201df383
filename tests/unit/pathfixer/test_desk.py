"""The desk before a keeper: what it offers, and how long set points stay."""

from datetime import timedelta

import pytest

from pathfixer.errors import RefusedError
from tests.unit.pathfixer.conftest import run, tell
from tests.waiting import wait_for


def test_proposals_and_visits_are_offered_to_whom_they_concern(bench):
    wait_for(lambda: bench.keeper.office.as_of, 5, "the office's answer")
    bench.desk.stage("Username", "carlcarl", "panel")
    assert bench.desk.proposals() == ["20260101  Ice", "20260102"]
    assert bench.desk.visits("20260101") == ["20260914  2026-09-14 08:00 - 2026-09-15 08:00"]
    bench.desk.stage("Username", "stranger", "panel")
    assert bench.desk.proposals() == []
    bench.desk.stage("Username", "lismei", "panel")
    assert len(bench.desk.proposals()) == 2
    with pytest.raises(RefusedError, match="EA09"):
        bench.desk.stage("Endstation", "EA09", "panel")


def test_set_points_that_nobody_applies_are_gone_after_ten_minutes(bench):
    bench.desk.stage("Username", "carlcarl", "Jive")
    bench.now += timedelta(minutes=9, seconds=59)
    assert [line.partition(",")[0] for line in bench.desk.set_points] == ["Username=carlcarl"]
    bench.now += timedelta(seconds=2)
    assert (bench.desk.set_points, bench.desk.staged("Username")) == ([], "")


def test_what_is_staged_while_set_points_are_being_applied_is_for_the_next_time(bench):
    bench.desk.stage("Username", "carlcarl", "Jive")
    bench.desk.stage("Proposal", "20260101", "Jive")
    bench.desk.stage("Visit", "20260914", "Jive")
    request = bench.desk.request()
    bench.office.answers.clear()
    run(lambda: bench.desk.apply(request, "Jive", tell))
    wait_for(lambda: bench.keeper.condition.state == "RUNNING", 5, "RUNNING")
    bench.desk.stage("Proposal", "20260102", "somebody's script")
    bench.office.answers.set()
    wait_for(lambda: bench.desk.staged("Username") == "", 5, "applied")
    assert [line.partition(", ")[2][:30] for line in bench.desk.set_points] == [
        "written from somebody's script"
    ]
