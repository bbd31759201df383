"""Nothing that others can write is run."""

import collections
import datetime
import pickle
from pathlib import Path

import pytest

from pathfixer.inert_pickle import Placeholder, load_inert


class Evil:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self):
        return (Path.touch, (self.target,))


class Kept(list):
    pass


def test_plain_data_arrives_as_it_is():
    plain = {"new": {"ScanDir": "/data", "ScanID": 7, "ScanFile": ["a.h5"], "x": (1.5, None, True)}}
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert load_inert(pickle.dumps(plain, protocol)) == plain


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_code_in_the_bytes_is_not_run(tmp_path, protocol):
    target = tmp_path / "proof"
    found = load_inert(pickle.dumps({"new": {"x": Evil(target), "ScanDir": "/data"}}, protocol))
    assert not target.exists()
    assert found["new"]["ScanDir"] == "/data"
    assert isinstance(found["new"]["x"], Placeholder)


@pytest.mark.parametrize(
    "value",
    [
        datetime.datetime(2026, 11, 21, tzinfo=datetime.timezone.utc),
        collections.OrderedDict(a=1),
        collections.defaultdict(list, a=[1]),
        Kept([1, 2]),
        pickle.dumps,
        ValueError("x"),
    ],
)
def test_objects_become_placeholders_and_harm_nothing_beside_them(value):
    found = load_inert(pickle.dumps([value, "ScanDir"]))
    assert found[1] == "ScanDir"
    assert isinstance(found[0], Placeholder) or found[0] is Placeholder


@pytest.mark.parametrize("data", [b"", b"hello", pickle.dumps({"a": 1})[:-3]])
def test_bytes_that_are_no_pickle_are_refused(data):
    with pytest.raises(ValueError, match="no readable pickle"):
        load_inert(data)
