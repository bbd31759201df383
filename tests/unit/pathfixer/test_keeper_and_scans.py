"""A keeper asked for another session while somebody measures: who is in the way, and what force needs."""

import pytest

from pathfixer.errors import NeedsForceError, RefusedError
from pathfixer.open_request import CloseRequest
from sdm.folders.growth_watch import Growth
from tests.unit.pathfixer.conftest import ICE, run, tell
from tests.waiting import wait_for


def test_a_running_macro_stops_a_switch_and_a_sample_is_taken_all_the_same(bench):
    bench.keeper.open_session(ICE, "me", tell)
    bench.doors.running = {"door/demo/1": "a macro runs on door/demo/1 (its state is RUNNING)"}
    for act in (
        lambda: bench.keeper.open_session(ICE, "me", tell),
        lambda: bench.keeper.close_session("me"),
    ):
        with pytest.raises(RefusedError, match=r"a macro runs on door/demo/1 .*force it with a reason"):
            act()
    assert bench.keeper.session.revision == 1
    bench.keeper.samples.ask("ice", "me")
    wait_for(lambda: bench.keeper.session.sample == "ice", 5, "the sample")


def test_a_macro_that_begins_while_the_office_is_asked_stops_the_switch_and_no_folder_is_left(bench, root):
    bench.keeper.open_session(ICE, "me", tell)
    bench.office.answers.clear()
    other = ICE.model_copy(update={"proposal": "20260102"})
    refused: list[RefusedError] = []

    def switch() -> None:
        try:
            bench.keeper.open_session(other, "me", tell)
        except RefusedError as error:
            refused.append(error)

    looks = len(bench.doors.asked)
    run(switch)
    wait_for(lambda: len(bench.doors.asked) > looks, 5, "the first look at the Doors")
    bench.doors.running = {"door/demo/1": "a macro runs on door/demo/1"}
    bench.office.answers.set()
    wait_for(lambda: refused, 5, "refused")
    assert "a macro runs on door/demo/1" in str(refused[0])
    assert bench.keeper.session.proposal == "20260101"
    assert list((root / "proprietary/demo").iterdir()) == []
    assert [record.place.proposal for record in bench.keeper.visits.records()] == ["20260101"]


def test_the_macro_that_asks_is_no_obstacle_to_itself(bench):
    bench.doors.running = {"door/demo/1": "a macro runs on door/demo/1"}
    bench.keeper.open_session(ICE.model_copy(update={"asking_door": "Door/Demo/1"}), "me", tell)
    assert bench.store.history(1)[0].reason == ""
    bench.doors.running["door/demo/2"] = "a macro runs on door/demo/2"
    with pytest.raises(RefusedError, match=r"^a macro runs on door/demo/2\."):
        bench.keeper.close_session("me", CloseRequest(asking_door="door/demo/1"))


def test_commands_that_take_no_reason_name_the_one_that_does(bench):
    bench.keeper.open_session(ICE, "me", tell)
    bench.doors.running = {"door/demo/1": "a macro runs on door/demo/1"}
    with pytest.raises(NeedsForceError, match=r"CloseSession takes no force_reason, EndSession does$"):
        bench.desk.close_session("me")
    with pytest.raises(NeedsForceError, match=r"Apply takes no force_reason, OpenSession does$"):
        bench.desk.apply(ICE, "me", tell)


def test_growing_files_stop_a_switch_until_the_window_is_over(bench):
    bench.keeper.open_session(ICE, "me", tell)
    assert bench.growth.watched == bench.keeper.session.path
    bench.growth.growth = Growth("/raw/scan.h5", 3.2)
    with pytest.raises(RefusedError, match=r"/raw/scan.h5 grew 3 s ago \(no switch before 10 s\)"):
        bench.keeper.close_session("me")
    bench.growth.growth = Growth("/raw/scan.h5", 10.1)
    bench.keeper.close_session("me")
    assert bench.growth.watched is None


def test_force_needs_a_reason_and_is_kept_with_name_and_place(bench):
    bench.keeper.open_session(ICE, "me", tell)
    bench.doors.running = {"door/demo/1": "a macro runs on door/demo/1"}
    with pytest.raises(RefusedError):
        bench.keeper.close_session("10.0.0.7 pid 7", CloseRequest(force_reason="  ", asked_by="lismei"))
    with pytest.raises(RefusedError, match="needs the name of who gives it: asked_by"):
        bench.keeper.close_session("10.0.0.7 pid 7", CloseRequest(force_reason="crashed"))
    bench.keeper.close_session("10.0.0.7 pid 7", CloseRequest(force_reason="crashed", asked_by="lismei"))
    kept = bench.store.history(1)[0]
    assert (kept.what, kept.who, kept.client) == ("closed", "lismei", "10.0.0.7 pid 7")
    assert kept.reason == "forced: crashed, although a macro runs on door/demo/1"
    assert kept.reason in bench.keeper.current.history[0]
