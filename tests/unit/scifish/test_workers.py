"""Calls run in a few threads, more only when those are stuck, and never too many against one server."""

import threading

import pytest

from scifish.attributes.workers import BASE, LARGEST, STUCK_PER_SERVER, Workers
from scifish.bell import Bell
from tests.waiting import wait_for


@pytest.fixture
def workers():
    made = Workers()
    yield made
    made.close()


@pytest.fixture
def stuck():
    """A call that ends only when the test does, and how many of them are under way."""
    end, under_way = threading.Event(), []

    def call():
        under_way.append(1)
        end.wait()

    yield call, under_way
    end.set()


def collector():
    done = []
    return done, lambda number: lambda: done.append(number)


def test_every_call_is_made_once(workers):
    done, call = collector()
    workers.submit((f"server-{number % 7}", call(number)) for number in range(500))
    wait_for(lambda: len(done) == 500, 5.0, "all calls")
    assert sorted(done) == list(range(500))


def test_quick_calls_need_few_threads(workers):
    done, call = collector()
    for number in range(200):
        workers.submit([("server", call(number))])
    wait_for(lambda: len(done) == 200, 5.0, "all calls")
    assert workers.threads <= 2 * BASE


def test_stuck_calls_do_not_hold_up_the_others(workers, stuck):
    hold, _ = stuck
    done, call = collector()
    workers.submit((f"frozen-{number}", hold) for number in range(3 * BASE))
    workers.submit([("healthy", call(1))])
    wait_for(lambda: done == [1], 5.0, "the healthy call")


def test_one_frozen_server_holds_few_threads_and_no_other_server_up(workers, stuck):
    hold, under_way = stuck
    done, call = collector()
    workers.submit([("frozen", hold)] * 200)
    workers.submit([("healthy", call(1))])
    wait_for(lambda: done == [1], 5.0, "the healthy call")
    wait_for(lambda: len(under_way) == STUCK_PER_SERVER, 5.0, "the server's share")
    workers.submit([("healthy", call(number)) for number in range(50)])
    wait_for(lambda: len(done) == 51, 5.0, "more healthy calls")
    assert len(under_way) == STUCK_PER_SERVER


def test_the_number_of_threads_has_a_limit(workers, stuck):
    hold, under_way = stuck
    workers.submit((f"frozen-{number}", hold) for number in range(3 * LARGEST))
    wait_for(lambda: len(under_way) == LARGEST, 5.0, "the largest number")
    assert workers.threads == LARGEST


def test_closing_forgets_what_waits_and_waits_for_nothing(workers, stuck):
    hold, _ = stuck
    done, call = collector()
    workers.submit([("frozen", hold)] * STUCK_PER_SERVER + [("frozen", call(1))])
    workers.close()
    workers.submit([("healthy", call(2))])
    wait_for(lambda: workers.threads <= STUCK_PER_SERVER, 5.0, "idle threads end")
    assert done == []


def test_a_bell_rung_often_is_heard_once():
    bell = Bell()
    assert not bell.wait(0.0)
    for _ in range(1000):
        bell.ring()
    assert bell.wait(0.0)
    assert not bell.wait(0.0)


def test_a_bell_wakes_who_waits():
    bell, heard = Bell(), []
    thread = threading.Thread(target=lambda: heard.append(bell.wait(60)))
    thread.start()
    bell.ring()
    thread.join(60)
    assert heard == [True]


def test_a_call_that_fails_costs_no_thread(workers):
    def fail():
        raise RuntimeError("a failing call")

    done, call = collector()
    workers.submit(("server", fail) for _ in range(2 * LARGEST))
    workers.submit([("server", call(1))])
    wait_for(lambda: done == [1], 5.0, "the call after them")
