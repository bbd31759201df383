"""Broker time, between the stamps that brokers give."""

from scifish.ledger.broker_clock import BrokerClock, resend_after_ms

NOON_MS = 1_770_000_000_000


def test_time_goes_on_from_the_newest_stamp_by_the_monotonic_clock():
    clock = BrokerClock(0, 100.0)
    assert not clock.known
    clock.acknowledged(NOON_MS, 100.0)
    assert clock.known
    assert clock.now_ms(160.0) == NOON_MS + 60_000


def test_a_restart_goes_on_from_what_was_known():
    assert BrokerClock(NOON_MS, 5.0).now_ms(6.0) == NOON_MS + 1000


def test_old_records_do_not_turn_it_back_but_a_record_appended_now_does():
    clock = BrokerClock(NOON_MS, 0.0)
    clock.read(NOON_MS - 86_400_000, 1.0)
    assert clock.now_ms(1.0) == NOON_MS + 1000
    clock.acknowledged(NOON_MS - 86_400_000, 1.0)
    assert clock.now_ms(1.0) == NOON_MS - 86_400_000


def test_without_any_stamp_it_counts_time_that_can_resend_but_never_remove():
    clock = BrokerClock(0, 0.0)
    assert clock.now_ms(7200.0) == 7_200_000
    assert not clock.known


def test_sending_again_doubles_from_an_hour_to_a_day():
    hours = [resend_after_ms(attempt, 3600, 86_400) / 3_600_000 for attempt in (0, 1, 2, 3, 4, 5, 6, 1000)]
    assert hours == [1, 1, 2, 4, 8, 16, 24, 24]
