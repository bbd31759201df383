"""Which consumers are alive: what their heartbeats tell, and what a silence does not."""

from contextlib import closing
from datetime import datetime, timezone

import pytest

from scifish.forwarding.consumer_watch import SILENT_S, ConsumerWatch
from scifish.heartbeat import Heartbeat, find_heartbeat
from scifish.ledger.broker_clock import BrokerClock
from scifish.ledger.ledger import Ledger
from scifish.receipts import Receipt

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
NOON_MS = int(NOON.timestamp() * 1000)


class Bench:
    """A watch, and a clock that a test turns; the broker stamps unless a test says otherwise."""

    def __init__(self, path, stamps=True):
        self.path, self.stamps = path, stamps
        self.now_s = 1000.0
        self.live_again()

    def live_again(self):
        """Begin a life of the forwarder, which may have been away for any time."""
        self.ledger = Ledger(self.path)
        self.clock = BrokerClock(self.ledger.fact("broker_ms"), self.now_s)
        self.watch = ConsumerWatch(self.ledger, self.clock)
        self.watch.listen(True, self.now_s)

    def die(self):
        with self.ledger.transaction():
            self.ledger.keep_fact("broker_ms", self.clock.now_ms(self.now_s))
        self.ledger.close()

    def hear(self, sink="mongodb", sinks=("mongodb",), after_s=0.0):
        self.now_s += after_s
        at_ms = NOON_MS + int((self.now_s - 1000) * 1000)
        beat = Heartbeat(sink=sink, group=f"scicow-{sink}", sinks=list(sinks), at=moment(at_ms))
        if self.stamps:
            self.clock.read(at_ms, self.now_s)
        with self.ledger.transaction():
            self.watch.take(beat, at_ms if self.stamps else None, self.now_s)

    def told(self, after_s=0.0):
        self.now_s += after_s
        return [(state.sink, state.alive, state.since) for state in self.watch.states(self.now_s)]


def moment(ms):
    return datetime.fromtimestamp(ms / 1000, timezone.utc)


@pytest.fixture(params=[True, False], ids=["stamped", "without stamps"])
def bench(request, tmp_path):
    made = Bench(tmp_path / "forwarder.db", request.param)
    with closing(made.ledger):
        yield made


def test_before_any_heartbeat_nobody_is_known(bench):
    assert bench.told(after_s=1000) == []


def test_who_is_heard_every_20_s_is_alive_and_what_is_told_does_not_change(bench):
    bench.hear()
    for _ in range(10):
        assert bench.told() == [("mongodb", True, "2026-03-01T12:00:00Z")]
        bench.hear(after_s=20)


def test_a_minute_without_a_heartbeat_is_silence_since_the_last_one(bench):
    bench.hear()
    bench.hear(after_s=20)
    assert bench.told(after_s=SILENT_S) == [("mongodb", True, "2026-03-01T12:00:00Z")]
    silent = [("mongodb", False, "2026-03-01T12:00:20Z")]
    assert bench.told(after_s=1) == silent
    assert bench.told(after_s=1000) == silent
    bench.hear()
    assert bench.told() == [("mongodb", True, "2026-03-01T12:18:01Z")]


def test_a_sink_that_was_never_heard_is_named_by_the_others(bench):
    bench.hear(sinks=("mongodb", "scicat"))
    assert bench.told()[1] == ("scicat", None, None)
    bench.hear(sinks=("mongodb", "scicat"), after_s=SILENT_S + 1)
    assert bench.told()[1] == ("scicat", False, None)


def test_a_sink_that_was_switched_off_is_no_longer_watched(bench):
    bench.hear("scicat", ("mongodb", "scicat"))
    bench.hear("mongodb", ("mongodb",))
    assert [sink for sink, *_ in bench.told()] == ["mongodb"]


def test_while_the_topic_cannot_be_read_nobody_is_called_silent(bench):
    bench.hear()
    bench.watch.listen(False, bench.now_s)
    assert bench.told(after_s=1000) == [("mongodb", None, "2026-03-01T12:00:00Z")]
    bench.watch.listen(True, bench.now_s)
    assert bench.told(after_s=SILENT_S)[0][1] is None
    assert bench.told(after_s=1)[0][1] is False


def test_a_new_life_of_the_forwarder_says_nothing_before_it_has_listened_for_a_minute(bench):
    bench.hear()
    bench.die()
    bench.live_again()
    assert bench.told() == [("mongodb", None, "2026-03-01T12:00:00Z")]
    assert bench.told(after_s=SILENT_S + 1) == [("mongodb", False, "2026-03-01T12:00:00Z")]


def test_only_a_heartbeat_is_taken_for_one():
    beat = Heartbeat(sink="scicat", group="scicow-scicat", instance="a", at=NOON)
    assert find_heartbeat(beat.to_bytes()) == beat
    others = (None, b"", b"\x00garbage", Receipt(sink="mongodb", outcome="waiting", at=NOON).to_bytes())
    assert [find_heartbeat(data) for data in others] == [None] * 4
