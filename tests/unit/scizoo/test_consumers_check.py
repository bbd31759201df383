"""``scizoo check`` is red when nobody carries captures into a catalogue."""

import pytest

from scifish.forwarding.consumer_watch import ConsumerState
from scizoo.checks.consumers import judge

SINCE = "2026-03-01T12:00:00Z"


def only(*consumers):
    (finding,) = judge("demo/ctl/scifish-01", list(consumers))
    return finding


def test_a_live_consumer_is_green():
    assert only(ConsumerState(sink="mongodb", alive=True, since=SINCE)).ok


@pytest.mark.parametrize(
    ("alive", "since", "says"),
    [(False, SINCE, SINCE), (False, None, "never"), (None, SINCE, "cannot be heard")],
)
def test_a_silent_consumer_is_red_with_its_sink_and_what_to_do(alive, since, says):
    finding = only(ConsumerState(sink="scicat", alive=alive, since=since))
    assert not finding.ok and finding.part == "scicow scicat"
    assert says in finding.finding and finding.cure


def test_a_beamline_that_never_heard_of_a_consumer_is_red():
    finding = only()
    assert not finding.ok and "scicow run" in finding.cure
