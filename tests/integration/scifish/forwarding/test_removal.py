"""A row leaves its spool only when every sink has answered, and some time after that."""

from contextlib import closing

import pytest

from scifish.spool.rows import SpoolRows
from scifish.spool.spool import Spool
from scifish.status.captures import get_capture
from scifish.testing.capture_messages import new_identity, told
from tests.waiting import wait_for


def rows_in(beamline, spool: Spool) -> int:
    with closing(SpoolRows(beamline.folder.spools / f"{spool.uuid}.db")) as rows:
        return rows.count()


def test_the_spool_of_a_dead_process_goes_when_all_is_answered(beamline, receipt):
    message = told(new_identity(), "ended")
    beamline.spool.commit(told(new_identity(), "ended"), message)
    beamline.spool.close()
    beamline.forward(keep_s=0, remove_period_s=0.1)
    first = beamline.log(2)[0]
    path = beamline.folder.spools / f"{beamline.spool.uuid}.db"
    beamline.answer(receipt(message))
    wait_for(lambda: rows_in(beamline, beamline.spool) == 1, 10, "the answered one is gone")
    wait_for(lambda: get_capture(beamline.folder, message.pid) is None, 10, "forgotten by the forwarder")
    beamline.answer(receipt(first, "rejected", reason="no such proposal"))
    lock = beamline.folder.producers / f"{beamline.spool.uuid}.lock"
    wait_for(lambda: not path.exists() and not lock.exists(), 10, "spool and lock file are gone")


def test_a_living_process_removes_its_own_rows_and_goes_on(beamline, receipt):
    spool = Spool.open(beamline.folder, "scifly", prune_period_s=0.1)
    message, other = told(new_identity(), "ended"), told(new_identity(), "ended")
    spool.commit(message)
    beamline.forward(keep_s=0, remove_period_s=0.1)
    beamline.log(1)
    beamline.answer(receipt(message))
    wait_for(lambda: rows_in(beamline, spool) == 0, 10, "removed by its owner")
    wait_for(lambda: get_capture(beamline.folder, message.pid) is None, 10, "forgotten by the forwarder")
    spool.commit(other)
    assert {copy.pid for copy in beamline.log(2)} == {message.pid, other.pid}
    spool.close()


@pytest.mark.parametrize("outcome", [None, "waiting"])
def test_without_a_final_answer_nothing_is_removed(beamline, receipt, outcome):
    message, answered = told(new_identity(), "ended"), told(new_identity(), "ended")
    beamline.spool.commit(message, answered)
    beamline.spool.close()
    beamline.forward(keep_s=0, remove_period_s=0.1)
    beamline.log(2)
    if outcome:
        beamline.answer(receipt(message, outcome, reason="not assigned"))
    beamline.answer(receipt(answered))
    wait_for(lambda: rows_in(beamline, beamline.spool) == 1, 10, "the answered one is gone")
    assert get_capture(beamline.folder, message.pid).state == (outcome or "sent")


def test_what_is_answered_stays_for_its_time(beamline, receipt):
    message, second = told(new_identity(), "ended"), told(new_identity(), "ended")
    beamline.spool.commit(message)
    beamline.forward(keep_s=3600, remove_period_s=0.1)
    beamline.log(1)
    beamline.answer(receipt(message))
    beamline.wait_state(message.pid, "catalogued")
    beamline.spool.commit(second)
    beamline.wait_state(second.pid, "sent")
    assert get_capture(beamline.folder, message.pid).state == "catalogued"
