"""Values for many files at once, and how values are marked that come too late."""

from scifish.attributes.reading import Snapshot
from scifish.message_parts import Value
from scifish.selection import Entry, Selection
from scifly.readings import Readings, as_late

RING = Selection(name="ring", entries=(Entry(name="current", device="a/b/c", attribute="current"),))
OTHER = Selection(name="gap", entries=(Entry(name="gap", device="a/b/d", attribute="gap"),))


class CountingReader:
    """Answers each reading with how many there have been."""

    def __init__(self):
        self.begun = 0

    def begin(self, selection):
        self.begun += 1
        return Answered(Snapshot({"count": Value(value=self.begun, unit=None)}, []))


class Answered:
    def __init__(self, snapshot):
        self.snapshot = snapshot

    def wait(self, timeout_s):
        return True

    def result(self):
        return self.snapshot


def test_files_within_a_second_share_one_reading():
    now, reader = [100.0], CountingReader()
    readings = Readings(reader, lambda: now[0])
    assert [readings.read(RING).values["count"].value for _ in range(1000)] == [1] * 1000
    now[0] += 1.1
    assert readings.read(RING).values["count"].value == 2


def test_another_selection_is_read_anew():
    readings = Readings(CountingReader(), lambda: 100.0)
    assert [readings.read(selection).values["count"].value for selection in (RING, OTHER)] == [1, 2]


def test_without_a_selection_nothing_is_read():
    reader = CountingReader()
    assert Readings(reader, lambda: 100.0).read(None) == Snapshot({}, [])
    assert reader.begun == 0


def test_late_values_are_marked_in_groups_and_at_the_top_and_the_originals_are_not():
    tree = {"gap": Value(value=1, unit="mm"), "ring": {"current": Value(value=2, unit="mA")}}
    late = as_late(tree)
    assert late["gap"].late and late["ring"]["current"].late
    assert not tree["gap"].late and not tree["ring"]["current"].late
