from datetime import datetime, timezone

import pytest

from scidog.errors import RefusedError, ScidogError, StaleRevisionError, error_from_text
from scidog.mongo_document import from_document, to_document
from scidog.requests import DeleteRequest, parse_request
from scidog.saved import Saved
from scidog.trial import trials
from scifish.message_parts import Failure, Value
from scifish.selection import Entry, Selection
from tango_devices.caller import caller

AT = datetime(2026, 11, 21, 10, 0, tzinfo=timezone.utc)
RING = Entry(name="Ring current", device="r1/dia/ring", attribute="current")
GAUGE = Entry(
    group="Vacuum", name="p", device="b1/vac/gauge", attribute="p", mapping={"0.5": "$half", "a": "b"}
)


def test_a_saved_selection_survives_its_way_through_a_document() -> None:
    saved = Saved(
        selection=Selection(name="all", revision=2, entries=(RING, GAUGE), author="anna"),
        saved_at=AT,
        client="10.0.0.7 pid 42",
    )
    document = to_document("demo", saved)
    assert document["_id"] == {"scope": "demo", "name": "all", "revision": 2}
    assert from_document(document) == saved


def test_a_mapping_is_stored_as_pairs_because_its_keys_may_hold_dots_and_dollars() -> None:
    document = to_document("demo", Saved(selection=Selection(name="all", entries=(GAUGE,)), saved_at=AT))
    assert document["selection"]["entries"][0]["mapping"] == [
        {"read": "0.5", "shown": "$half"},
        {"read": "a", "shown": "b"},
    ]


def test_an_error_keeps_its_class_on_its_way_through_a_job() -> None:
    error = error_from_text("StaleRevisionError: you edited revision 1: late")
    assert type(error) is StaleRevisionError
    assert str(error) == "you edited revision 1: late"
    assert type(error_from_text("KeyError: 'x'")) is ScidogError


def test_a_wrong_argument_is_refused_with_the_right_form() -> None:
    with pytest.raises(
        RefusedError, match=r'revision: Field required.*\{"name": …, "revision": …, "author": …\}'
    ):
        parse_request(DeleteRequest, '{"name": "all"}')


def test_each_entry_of_a_trial_has_its_value_or_its_reason() -> None:
    other = RING.model_copy(update={"name": "Nobody", "device": "a/b/c"})
    found = trials(
        Selection(name="all", entries=(RING, GAUGE, other)),
        {"Ring current": Value(value=250.1, unit="mA", quality="VALID", read_time=AT)},
        [Failure(device="b1/vac/gauge", attribute="p", reason="not exported")],
    )
    assert [(item.entry.name, item.value, item.unit, item.failure) for item in found] == [
        ("Ring current", 250.1, "mA", None),
        ("p", None, None, "not exported"),
        ("Nobody", None, None, "no answer yet"),
    ]


def test_a_trial_finds_a_value_in_its_group_and_keeps_what_was_read_before_mapping() -> None:
    leaf = Value(value="half", raw=0.5, unit=None, quality="ALARM")
    (found,) = trials(Selection(name="all", entries=(GAUGE,)), {"Vacuum": {"p": leaf}}, [])
    assert (found.value, found.raw, found.quality, found.failure) == ("half", 0.5, "ALARM", None)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("giop:tcp:10.0.0.7:40112", "10.0.0.7"),
        ("giop:tcp:[fe80::1]:40112", "fe80::1"),
        ("giop:unix:/tmp/omni/000000123-1795234", "b-demo-cc-0"),
    ],
)
def test_a_caller_is_a_host_and_a_process(address: str, host: str) -> None:
    assert caller(address, 42, "b-demo-cc-0") == f"{host} pid 42"
