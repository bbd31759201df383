"""A message as a MongoDB document."""

from datetime import datetime, timezone

import pytest
from bson import decode, encode
from hypothesis import given
from hypothesis import strategies as st

from consumers.errors import PoisonError
from consumers.mapping.keys import escape, unescape
from consumers.mapping.mongo import DEEPEST, OWN_FIELDS, body_document, part_document, stored
from consumers.mapping.telling import gather
from consumers.testing.captures import capture, file, value


@given(st.text())
def test_escaped_keys_come_back_and_can_be_queried(key: str) -> None:
    escaped = escape(key)
    assert unescape(escaped) == key
    assert escaped
    assert not set(escaped) & {".", "$", "\x00"}


def test_a_plain_key_stays_as_it_is() -> None:
    assert escape("ring current [mA]") == "ring current [mA]"


def test_instants_are_dates_and_files_have_no_nulls() -> None:
    document = body_document(capture(files=[file("a.h5", complete=None, size=None)]))
    assert document["end_time"] == datetime(2026, 3, 1, 12, 0, 10, tzinfo=timezone.utc)
    assert set(document["files"][0]) == {"path", "time", "role"}


def test_scalars_stand_once_more_end_over_start() -> None:
    start = {"g": {"x": value(1), "only.start": value("a")}}
    end = {"g": {"x": value(2.5), "on": value(True), "s": value([1, 2])}, "top": value("t" * 999)}
    document = body_document(capture(values_at_start=start, values=end))
    assert document["v"] == [
        {"k": "g/only%2Estart", "s": "a"},
        {"k": "g/x", "n": 2.5},
        {"k": "g/on", "n": 1},
        {"k": "top", "s": "t" * 256},
    ]


def test_a_message_cannot_write_our_own_fields() -> None:
    document = body_document(capture(catalogued_at="now", complete=True, colour="green"))
    assert document["unknown_fields"] == {"catalogued_at": "now", "complete": True}
    assert document["colour"] == "green"
    assert OWN_FIELDS & document.keys() == {"unknown_fields", "v"}


def test_a_part_tells_only_what_it_adds() -> None:
    document = part_document(capture(phase="amended", files=[file("a.h5")]))
    assert not {"pid", "schema", "proposal", "status"} & document.keys()
    assert document["part"] == {"name": "files", "index": 1, "of": 1}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=20,
    )
)
def test_whatever_json_holds_comes_back_out_of_bson(tree: object) -> None:
    document = {"tree": stored(tree)}
    assert repr(decode(encode(document))) == repr(document), "as text, since no NaN equals another"


def test_nesting_that_mongodb_does_not_take_is_poison() -> None:
    tree: object = 1
    for _ in range(DEEPEST + 1):
        tree = {"a": tree}
    with pytest.raises(PoisonError, match="nested deeper than 64"):
        stored(tree)


def test_a_batch_is_merged_to_the_newest_whatever_the_order() -> None:
    started, ended = capture(phase="started", revision=9), capture(revision=2)
    parts = [capture(phase="amended", revision=revision) for revision in (2, 1)]
    other = capture(2)
    for order in ([started, ended, *parts, other], [other, *parts, ended, started]):
        tellings = gather(order)
        assert tellings[ended.pid].body is ended
        assert list(tellings[ended.pid].parts.values()) == [parts[0]]
        assert tellings[other.pid].body is other


def test_of_two_authors_with_one_revision_the_name_decides() -> None:
    anna, bert = (capture(rank=3, author=f"{name}@office") for name in ("anna", "bert"))
    assert gather([anna, bert])[anna.pid].body is bert
    assert gather([bert, anna])[anna.pid].body is bert
