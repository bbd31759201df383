"""The capture message keeps what it is given, says what is wrong, and reads what newer writers add."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from scifish.errors import MessageError, UnknownSchemaError
from scifish.identifiers import make_pid
from scifish.message_parts import Source, Value, is_leaf
from scifish.messages import CaptureMessage, decode

GOLDEN = Path(__file__).parent / "golden"
PARTS = {
    "facility": "maxiv",
    "beamline": "biomax",
    "producer": "0b9f5c1e-8d1f-4c41-8f54-2f1f7f7b0a11",
    "start_ns": 1_795_145_644_610_000_000,
    "nonce": "00112233445566ff",
}
PID = make_pid("20.500.12345", host="b-v-biomax-ec-2", **PARTS)


def message(**changes):
    fields = {
        **PARTS,
        "pid": PID,
        "phase": "ended",
        "author": "sardana@b-v-biomax-ec-2",
        "rank": 2,
        "revision": 3,
        "source": {"program": "sardana", "host": "b-v-biomax-ec-2"},
        **changes,
    }
    return CaptureMessage.model_validate(fields)


def wire(**changes):
    document = json.loads(message().to_bytes())
    document.update(changes)
    return json.dumps(document).encode()


def test_a_message_survives_the_wire_unchanged():
    sent = message(
        proposal="20170251",
        assignment="assigned",
        context_origin="live",
        values={"ring current": {"value": 251.3, "unit": "mA"}, "slit": {"h": {"value": 20, "unit": None}}},
    )
    assert decode(sent.to_bytes(), PID.encode()) == sent


def test_times_are_written_in_utc_whatever_zone_they_came_in():
    stockholm = timezone(timedelta(hours=2))
    sent = message(start_time=datetime(2026, 6, 1, 12, 0, tzinfo=stockholm))
    assert json.loads(sent.to_bytes())["start_time"] == "2026-06-01T10:00:00.000000Z"


def test_a_time_without_zone_is_refused():
    with pytest.raises(MessageError, match="start_time"):
        decode(wire(start_time="2026-06-01T10:00:00"))


def test_unknown_fields_are_kept():
    received = decode(wire(invented_later={"a": 1}))
    assert json.loads(received.to_bytes())["invented_later"] == {"a": 1}


def test_a_later_schema_is_told_apart_from_garbage():
    with pytest.raises(UnknownSchemaError, match=r"scizoo\.capture/2"):
        decode(wire(schema="scizoo.capture/2"))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (None, "no value"),
        (b"", "no value"),
        (b"\x00\xff\xfe", "not JSON"),
        (b'{"schema": "scizoo.capture/1"', "not JSON"),
        (b"[]", "schema"),
        (b'{"schema": "somebody.else/1"}', "schema"),
        (wire(beamline="../etc"), "beamline"),
        (wire(revision=0), "revision"),
        (wire(nonce="xyz"), "nonce"),
        (wire(status="finished"), "status"),
        (wire(start_ns=PARTS["start_ns"] + 1), "pid"),
        (wire(part={"name": "files", "index": 1, "of": 1}), "part"),
        (wire(assignment="assigned"), "without a proposal"),
        (wire(proposal="20170251"), "a proposal is named"),
        (wire(values={"x": {"value": 1, "unit": 5}}), "unit"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(data, says):
    with pytest.raises(MessageError, match=says):
        decode(data)


def test_the_key_must_be_the_pid():
    with pytest.raises(MessageError, match="key"):
        decode(message().to_bytes(), b"another/pid")


def test_a_group_may_hold_entries_called_value_and_unit():
    leaf = {"value": 3, "unit": "mm"}
    received = decode(wire(values={"odd": {"value": leaf, "unit": leaf}, "alone": {"value": leaf}}))
    assert isinstance(received.values["odd"]["unit"], Value)
    assert isinstance(received.values["alone"]["value"], Value)
    assert not is_leaf({"value": leaf})


def test_a_value_without_unit_says_so():
    assert (
        json.loads(message(values={"x": {"value": 1, "unit": None}}).to_bytes())["values"]["x"]["unit"]
        is None
    )


def test_more_than_a_thousand_files_do_not_fit_one_message():
    with pytest.raises(ValueError, match="files"):
        message(files=[{"path": f"{n}.h5"} for n in range(1001)])


def test_the_source_keeps_what_programs_add():
    assert Source.model_validate({"program": "ses", "host": "pc", "licence": "x"}).model_extra == {
        "licence": "x"
    }


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("capture-1-*.json")), ids=lambda path: path.name)
def test_messages_of_every_released_schema_can_be_read_for_ever(path):
    assert decode(path.read_bytes()).schema_ == "scizoo.capture/1"


def test_there_are_golden_messages():
    assert {path.name for path in GOLDEN.glob("*.json")} >= {
        "capture-1-started.json",
        "capture-1-ended.json",
        "capture-1-amended.json",
    }
