"""The ledger: what is sent, what is sent again, and what may leave the spools."""

import json
from contextlib import closing
from datetime import datetime, timezone

import pytest

from scifish.ledger.ledger import STARTED_HOLD_MS, Ledger
from scifish.ledger.removal import allow_removal, keep_if_not_final, removable_rows, stamp_final
from scifish.ledger.taking_receipts import take_receipt
from scifish.receipts import Receipt
from scifish.spool.layout import summary_of
from scifish.spool.rows import RowHead
from scifish.testing.capture_messages import new_identity, told

SPOOL = "0b9f5c1e"
NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LATER_MS = STARTED_HOLD_MS + 1
HOUR_S, DAY_S = 3600.0, 86_400.0


class Bench:
    """A ledger, and one spool whose rows are numbered as they come."""

    def __init__(self, path):
        self.path, self.ledger, self.rows = path, Ledger(path), 0

    def note(self, *messages, **hints):
        heads = []
        for message in messages:
            self.rows += 1
            facts = (message.pid, message.phase, message.author, "", message.rank, message.revision)
            heads.append(RowHead(self.rows, *facts, 0.0, json.dumps({**summary_of(message), **hints})))
        with self.ledger.transaction():
            self.ledger.note(SPOOL, heads, self.rows, 0)

    def waiting(self, now_ms=LATER_MS):
        return [waiting.row for waiting in self.ledger.waiting(now_ms, 100)]

    def acknowledge(self, broker_ms=0):
        """Send everything that waits, and have the brokers acknowledge it."""
        with self.ledger.transaction():
            for waiting in self.ledger.waiting(LATER_MS, 100):
                self.ledger.sending([waiting.seq])
                self.ledger.acknowledged(waiting.seq, broker_ms, HOUR_S, DAY_S)

    def answer(self, message, outcome="catalogued", sink="mongodb", sinks=("mongodb",)):
        names = ("pid", "author", "phase", "rank", "revision")
        about = {name: getattr(message, name) for name in names}
        receipt = Receipt(**about, sink=sink, outcome=outcome, sinks=list(sinks), at=NOW)
        with self.ledger.transaction():
            place = self.ledger.fact("answers") + 1
            take_receipt(self.ledger, receipt.to_bytes(), place)
            self.ledger.keep_fact("answers", place)

    def ask_again(self, begin_ms, end_ms):
        """Ask for a span of broker time, as a consumer does that found a gap in the log."""
        span = {"resend_from": begin_ms, "resend_to": end_ms}
        times = {name: ms and datetime.fromtimestamp(ms / 1000, timezone.utc) for name, ms in span.items()}
        receipt = Receipt(sink="mongodb", outcome="resend", at=NOW, **times)
        with self.ledger.transaction():
            take_receipt(self.ledger, receipt.to_bytes(), 1)

    def removable(self, after_ms=0):
        """Return what may go from the spool a time after now."""
        with self.ledger.transaction():
            keep_if_not_final(self.ledger)
            stamp_final(self.ledger, 0)
            allow_removal(self.ledger, after_ms)
        return removable_rows(self.ledger, SPOOL)

    def live_again(self):
        """End this life of the forwarder and begin the next."""
        self.ledger.close()
        self.ledger = Ledger(self.path)


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path / "forwarder.db")
    with closing(made.ledger):
        yield made


@pytest.fixture
def scan():
    """The two phases of a scan."""
    identity = new_identity()
    return told(identity, "started", 1), told(identity, "ended", 2)


def test_of_several_unsent_revisions_only_the_newest_goes_out(bench):
    identity = new_identity()
    bench.note(*(told(identity, "started", revision) for revision in (1, 2, 3)))
    assert bench.waiting() == [3]


def test_an_end_does_not_take_the_place_of_a_start(bench, scan):
    bench.note(*scan)
    assert bench.waiting() == [1, 2]


def test_a_first_start_is_held_back_for_its_values(bench, scan):
    started, _ = scan
    bench.note(started)
    assert bench.waiting(now_ms=STARTED_HOLD_MS - 1) == []
    assert bench.waiting(now_ms=STARTED_HOLD_MS) == [1]


def test_an_end_is_held_back_for_its_values_as_long_as_its_producer_says(bench):
    identity = new_identity()
    bench.note(told(identity, "ended", 1), hold_ms=4000)
    assert bench.waiting(now_ms=3999) == []
    assert bench.waiting(now_ms=4000) == [1], "should they never come"
    bench.note(told(identity, "ended", 2))
    assert bench.waiting(now_ms=0) == [2]


def test_what_was_on_its_way_when_the_forwarder_died_goes_again(bench, scan):
    bench.note(*scan)
    with bench.ledger.transaction():
        bench.ledger.sending([waiting.seq for waiting in bench.ledger.waiting(LATER_MS, 100)])
    assert bench.waiting() == []
    bench.live_again()
    assert bench.waiting() == [1, 2]


def test_an_acknowledgement_of_kafka_alone_lets_nothing_go(bench, scan):
    bench.note(*scan)
    bench.acknowledge()
    assert bench.removable() == []


@pytest.mark.parametrize("outcome", ["catalogued", "rejected"])
def test_a_final_answer_about_the_end_lets_all_rows_of_the_scan_go(bench, scan, outcome):
    bench.note(*scan)
    bench.acknowledge()
    bench.answer(scan[1], outcome)
    assert bench.removable(after_ms=-1) == [], "not before its time"
    assert bench.removable() == [1, 2]


def test_one_sink_of_two_is_not_enough(bench, scan):
    bench.note(*scan)
    bench.acknowledge()
    bench.answer(scan[1], sinks=("mongodb", "scicat"))
    assert bench.removable() == []
    bench.answer(scan[1], sink="scicat", sinks=("mongodb", "scicat"))
    assert bench.removable() == [1, 2]


def test_what_waits_stays(bench, scan):
    bench.note(*scan)
    bench.acknowledge()
    bench.answer(scan[1], "waiting")
    assert bench.removable() == []


def test_a_catalogued_start_of_a_running_scan_stays(bench, scan):
    started, _ = scan
    bench.note(started)
    bench.acknowledge()
    bench.answer(started)
    assert bench.removable() == []


def test_what_has_no_final_answer_in_time_is_sent_again_and_later_each_time(bench, scan):
    bench.note(scan[1])
    hour_ms = int(HOUR_S * 1000)
    bench.acknowledge(broker_ms=0)
    assert overdue(bench, hour_ms - 1) == 0
    assert overdue(bench, hour_ms) == 1
    bench.acknowledge(broker_ms=hour_ms)
    assert overdue(bench, 2 * hour_ms) == 0, "the second time it waits for twice as long"
    assert overdue(bench, 3 * hour_ms) == 1


def test_what_is_answered_for_good_is_never_overdue(bench, scan):
    bench.note(scan[1])
    bench.acknowledge()
    bench.answer(scan[1])
    assert overdue(bench, 10**12) == 0


def test_a_running_scan_whose_start_is_answered_for_good_is_not_sent_again(bench, scan):
    started, _ = scan
    bench.note(started)
    bench.acknowledge()
    bench.answer(started, sinks=("mongodb", "scicat"))
    assert bench.ledger.database.execute("SELECT resend_ms FROM message").fetchone()[0] is not None
    bench.answer(started, "rejected", sink="scicat", sinks=("mongodb", "scicat"))
    assert overdue(bench, 10**12) == 0


def test_a_gap_in_the_log_is_sent_again(bench, scan):
    bench.note(scan[1])
    bench.acknowledge(broker_ms=5000)
    with bench.ledger.transaction():
        assert bench.ledger.send_span_again(0, 4999) == 0
        assert bench.ledger.send_span_again(4000, 6000) == 1
    assert bench.waiting() == [1]


@pytest.mark.parametrize(
    ("begin_ms", "end_ms", "again"),
    [
        (4000, 6000, [1]),
        (4000, None, [1]),
        (6000, None, []),
        (None, 6000, [1]),
        (None, 4000, []),
        (None, None, [1]),
    ],
)
def test_a_gap_whose_begin_or_end_is_not_known_is_unbounded_there(bench, scan, begin_ms, end_ms, again):
    bench.note(scan[1])
    bench.acknowledge(broker_ms=5000)
    bench.ask_again(begin_ms, end_ms)
    assert bench.waiting() == again


def test_an_answer_about_an_older_revision_takes_nothing_back(bench):
    identity = new_identity()
    older, newer = (told(identity, "ended", revision) for revision in (2, 3))
    bench.note(older, newer)
    bench.acknowledge()
    bench.answer(newer)
    bench.answer(older, "waiting")
    assert bench.removable() == [1, 2]


def overdue(bench, broker_ms):
    with bench.ledger.transaction():
        return bench.ledger.send_overdue_again(broker_ms)
