"""Which offset may be committed."""

from consumers.buffer import Buffer
from consumers.delivery import Delivery
from consumers.gaps import Gap
from consumers.offsets import OpenOffsets

PLACE = ("t", 0)


def delivery(offset: int, size: int = 1, topic: str = "t") -> Delivery:
    return Delivery(topic, 0, offset, None, b"x" * size)


def opened(*numbers: int) -> OpenOffsets:
    offsets = OpenOffsets()
    for number in numbers:
        offsets.deliver(delivery(number))
    return offsets


def test_nothing_behind_unfinished_work_is_committed() -> None:
    offsets = opened(3, 4, 5)
    offsets.finish([delivery(4), delivery(5)])
    assert offsets.due() == {PLACE: 3}
    offsets.finish([delivery(3)])
    assert offsets.due() == {PLACE: 6}


def test_offsets_have_holes() -> None:
    offsets = opened(3, 7, 20)
    offsets.finish([delivery(3)])
    assert offsets.due() == {PLACE: 7}


def test_what_has_been_committed_is_not_committed_again() -> None:
    offsets = opened(3)
    offsets.finish([delivery(3)])
    offsets.commit(offsets.due())
    assert offsets.due() == {}


def test_work_for_a_partition_that_was_taken_away_counts_for_nothing() -> None:
    offsets = opened(3)
    offsets.drop([PLACE])
    offsets.finish([delivery(3)])
    assert offsets.due() == {}


def test_a_batch_is_bounded_in_messages_and_bytes() -> None:
    buffer = Buffer()
    for offset in range(5):
        buffer.put(delivery(offset, size=10))
    assert [d.offset for d in buffer.take(3, 1000, 0)[0]] == [0, 1, 2]
    assert [d.offset for d in buffer.take(3, 5, 0)[0]] == [3]


def test_a_taken_partition_leaves_the_buffer() -> None:
    buffer = Buffer()
    buffer.put(delivery(1))
    buffer.put(delivery(2, topic="other"))
    buffer.drop([PLACE])
    assert [d.topic for d in buffer.take(10, 1000, 0)[0]] == ["other"]


def test_marks_lie_far_apart() -> None:
    buffer = Buffer()
    buffer.put(delivery(1, size=64_000_001))
    assert (buffer.is_full, buffer.is_low) == (True, False)
    buffer.take(1, 10**9, 0)
    assert (buffer.is_full, buffer.is_low) == (False, True)


def test_a_gap_is_handed_out_even_when_nothing_follows() -> None:
    buffer = Buffer()
    gap = Gap("t", None, None)
    buffer.put_gap(gap)
    assert buffer.take(10, 1000, 0) == ([], [gap])
    assert buffer.take(10, 1000, 0) == ([], [])
