"""A file is complete when it has rested: by this host's clock, whatever the file server's says."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scifly.settling import SECOND_NS, Look, Rest, SettlingRule, granularity_s, is_settled, observe

RULE = SettlingRule(settle_s=5.0)
STAMP = 1_700_000_000 * SECOND_NS + 123_456_789
LOOK = Look(size=1000, mtime_ns=STAMP, blocks=8)


def settles_at(looks, rule=RULE):
    """Return the time of the first look at which the file counts as complete."""
    rest = None
    for at_s, look in looks:
        rest = observe(rest, look, at_s)
        if is_settled(rest, at_s, rule):
            return at_s
    return None


def every_second(*looks):
    return list(enumerate(looks))


def test_a_file_at_rest_is_complete_after_the_span_and_not_before():
    assert settles_at(every_second(*[LOOK] * 10)) == 5


@pytest.mark.parametrize("change", [{"size": 1001}, {"mtime_ns": STAMP + 1}, {"blocks": 16}, {"inode": 7}])
def test_any_change_begins_the_rest_anew(change):
    changed = replace(LOOK, **change)
    assert settles_at(every_second(LOOK, LOOK, LOOK, changed, *[changed] * 10)) == 8


def test_a_stamp_that_goes_back_is_a_change():
    earlier = replace(LOOK, mtime_ns=STAMP - 3600 * SECOND_NS)
    assert settles_at(every_second(LOOK, LOOK, LOOK, *[earlier] * 10)) == 8


def test_space_allocated_before_it_is_written_shows_in_the_blocks():
    growing = [replace(LOOK, blocks=number) for number in range(8)]
    assert settles_at(every_second(*growing)) is None


def test_an_empty_file_is_only_a_name():
    assert settles_at(every_second(*[replace(LOOK, size=0)] * 100)) is None


@pytest.mark.parametrize(("seconds", "coarse_s"), [(0, 2.0), (1, 1.0), (0.5, 0.0), (1.000001, 0.0)])
def test_a_whole_second_may_have_been_cut(seconds, coarse_s):
    assert granularity_s(1_700_000_000 * SECOND_NS + int(seconds * SECOND_NS)) == coarse_s


def test_a_coarse_stamp_needs_a_longer_rest():
    coarse = replace(LOOK, mtime_ns=1_700_000_000 * SECOND_NS)
    assert settles_at(every_second(*[coarse] * 10)) == 7


def test_one_look_never_suffices_however_old_the_stamp():
    assert settles_at([(1e6, replace(LOOK, mtime_ns=1))]) is None


def test_a_clock_of_looks_that_runs_backwards_begins_the_rest_anew():
    rest = observe(Rest(LOOK, 100.0), LOOK, 50.0)
    assert rest.since_s == 50.0


writes = st.lists(st.floats(0.0, 60.0), min_size=1, max_size=20).map(sorted)
offsets = st.floats(-1e6, 1e6)
granularities = st.sampled_from([0.0, 1.0, 2.0])
periods = st.floats(0.1, 3.0)
growth = st.booleans()


def look_of_the_server(written, at_s, offset_s, coarse_s, grows):
    """What a look at ``at_s`` finds of a file written at these times, stamped by another clock."""
    done = [moment for moment in written if moment <= at_s]
    stamp_ns = int((1_700_000_000 + offset_s + (done[-1] if done else 0.0)) * SECOND_NS)
    step_ns = int(coarse_s * SECOND_NS)
    stamp_ns = stamp_ns // step_ns * step_ns if step_ns else stamp_ns | 1
    return Look(size=1 + len(done) if grows else 4096, mtime_ns=stamp_ns, blocks=8)


def first_settled(written, offset_s, coarse_s, period_s, grows, rule, until_s=120.0):
    steps = int(until_s / period_s)
    looks = (
        (at_s, look_of_the_server(written, at_s, offset_s, coarse_s, grows))
        for at_s in (written[0] + number * period_s for number in range(steps))
    )
    return settles_at(looks, rule)


@given(writes, offsets, granularities, periods, growth)
def test_nothing_was_written_within_the_span_before_a_file_counts_as_complete(
    written, offset_s, coarse_s, period_s, grows
):
    """Also with space allocated before, with coarse stamps, and with clocks any distance apart."""
    found = first_settled(written, offset_s, coarse_s, period_s, grows, RULE)
    assert found is not None
    last = max(moment for moment in written if moment <= found)
    assert found - last >= RULE.settle_s - 1e-6


@given(writes, offsets, granularities, periods)
def test_a_file_that_is_written_no_more_becomes_complete_in_time(written, offset_s, coarse_s, period_s):
    found = first_settled(written, offset_s, coarse_s, period_s, True, RULE)
    assert found <= written[-1] + RULE.settle_s + coarse_s + 2.0 + 2 * period_s


@given(writes, offsets, periods)
def test_the_distance_of_the_clocks_does_not_matter(written, offset_s, period_s):
    near = first_settled(written, 0.0, 0.0, period_s, True, RULE)
    far = first_settled(written, offset_s, 0.0, period_s, True, RULE)
    assert near == far
