"""Hostile messages, each with its stated outcome.

Garbage, truncation, lies about identity, foreign beamlines, later versions, and values that upset
JSON, BSON or JavaScript. None may stop a consumer, and none may be lost without a word.
"""

import json
from dataclasses import dataclass
from typing import Any, Literal

from consumers.testing.captures import capture, capture_document, file, value

MEGABYTE = 990_000
"""Close to what a topic takes, and above what a producer of ours sends."""
Outcome = Literal["catalogued", "rejected", "waiting"]


@dataclass(frozen=True)
class Hostile:
    """A message that nobody sends on purpose."""

    name: str
    value: bytes | None
    outcome: Outcome
    """What the MongoDB sink does with it; ``rejected`` also means one dead letter."""
    reason: str = ""
    """Words that stand in the reason."""
    key: bytes | None = None
    receipt: bool = True
    """Whether a pid can be read from body or key, so that a receipt can be written."""


def corpus() -> list[Hostile]:
    """Return all of them, for beamline ``demo``."""
    return [*_no_message(), *_not_ours(), *_odd_fields(), *_odd_names(), *_odd_but_valid()]


def _no_message() -> list[Hostile]:
    whole = capture(1).to_bytes()
    pid = capture(1).pid.encode()
    return [
        Hostile("null value", None, "rejected", "no value", receipt=False),
        Hostile("null value with a key", None, "rejected", "no value", key=pid),
        Hostile("empty value", b"", "rejected", "no value", receipt=False),
        Hostile("bytes", bytes(range(256)), "rejected", "not JSON", receipt=False),
        Hostile("not UTF-8", b'{"schema":"\xff\xfe"}', "rejected", "not JSON", receipt=False),
        Hostile("cut in the middle", whole[: len(whole) // 2], "rejected", "not JSON", key=pid),
        Hostile("a lone surrogate", b'{"schema":"\\ud800"}', "rejected", "not JSON", receipt=False),
        Hostile("nested beyond reason", b"[" * 5000, "rejected", "recursion limit", receipt=False),
        Hostile("a megabyte of nothing", b"x" * MEGABYTE, "rejected", "not JSON", receipt=False),
        Hostile("a list", b"[1, 2]", "rejected", "schema", receipt=False),
        Hostile("a text", b'"hello"', "rejected", "schema", receipt=False),
        Hostile("an empty object", b"{}", "rejected", "schema", receipt=False),
        Hostile("NaN", _text(capture_document(1), b'"context_age_s": NaN'), "rejected", "not JSON", key=pid),
    ]


def _not_ours() -> list[Hostile]:
    other = "20.500.12345/00000000-0000-5000-8000-000000000000"
    return [
        Hostile("another schema", _with(schema="other.thing/1"), "rejected", "schema"),
        Hostile("a later schema", _with(schema="scizoo.capture/2"), "waiting", "not known to this version"),
        Hostile("a schema of digits without end", _with(schema="scizoo.capture/" + "9" * 40), "rejected"),
        Hostile("the pid of another capture", _with(pid=other), "rejected", "is not the pid of its parts"),
        Hostile("a pid that is no pid", _with(pid="../../etc"), "rejected", "pid", receipt=False),
        Hostile("a key of another pid", _with(), "rejected", "key", key=other.encode()),
        Hostile("a foreign beamline", _foreign(), "rejected", "does not write to topic"),
        Hostile("a beamline with a dot", _with(beamline="a.b"), "rejected", "beamline"),
    ]


def _odd_fields() -> list[Hostile]:
    return [
        Hostile("rank of text", _with(rank="high"), "rejected", "rank"),
        Hostile("rank of four", _with(rank=4), "rejected", "rank"),
        Hostile("revision zero", _with(revision=0), "rejected", "revision"),
        Hostile("a revision beyond 64 bits", _with(revision=2**63), "rejected", "revision"),
        Hostile("an unknown phase", _with(phase="paused"), "rejected", "phase"),
        Hostile(
            "a part in phase ended", _with(part={"name": "files", "index": 1, "of": 1}), "rejected", "part"
        ),
        Hostile("amended without part", _with(phase="amended"), "rejected", "part"),
        Hostile("assigned to nothing", _with(proposal=None), "rejected", "assignment"),
        Hostile("a proposal without assignment", _with(assignment="none"), "rejected", "assignment"),
        Hostile("a time without zone", _with(end_time="2026-03-01T12:00:00"), "rejected", "end_time"),
        Hostile(
            "a time before all times", _with(end_time="0001-01-01T00:00:00+14:00"), "rejected", "end_time"
        ),
        Hostile("files in a text", _with(files="scan.h5"), "rejected", "files"),
        Hostile("a file of negative size", _with(files=[file("a", size=-1)]), "rejected", "size"),
        Hostile("a path with NUL", _with(files=[file("a\x00b")]), "rejected", "NUL"),
        Hostile("too many files", _with(files=[file(str(n)) for n in range(1001)]), "rejected", "files"),
        Hostile("a value without unit", _with(values={"a": {"value": 1}}), "rejected", "values"),
        Hostile(
            "values three groups deep", _with(values={"a": {"b": {"c": value(1)}}}), "rejected", "values"
        ),
        Hostile("a value nested too deep", _with(values={"a": value(_nested(150))}), "rejected", "nested"),
    ]


def _odd_names() -> list[Hostile]:
    names = {
        "": value(1),
        "a.b": value(2),
        "$set": value(3),
        "%": value(4),
        "a\x00b": value(5),
        "ö/µ": value(6),
    }
    ours = {
        "_id": "mine",
        "catalogued_at": "now",
        "complete": True,
        "amendments": {"a": 1},
        "v": [],
        "as_told": 1,
    }
    return [
        Hostile("unknown fields", _numbered(101, colour="green", nested={"a.b": {"$c": [1]}}), "catalogued"),
        Hostile("unknown fields that are named like ours", _numbered(102, **ours), "catalogued"),
        Hostile("names that MongoDB cannot query", _numbered(103, values=names), "catalogued"),
        Hostile(
            "files with odd names", _numbered(110, files=[file("$a.b"), file("."), file("ö")]), "catalogued"
        ),
    ]


def _odd_but_valid() -> list[Hostile]:
    numbers = {"big": value(2**70), "small": value(-(2**70)), "huge": value(1e308), "float": value(0.1)}
    return [
        Hostile("numbers beyond 64 bits", _numbered(104, values=numbers, unknown=2**80), "catalogued"),
        Hostile("a number beyond floats", _text(capture_document(105), b'"unknown": 1e400'), "catalogued"),
        Hostile(
            "an operator in the title", _numbered(106, title="$where", description="$$ROOT"), "catalogued"
        ),
        Hostile(
            "expressions among the values",
            _numbered(107, values={"a": value({"$add": [1, 2]})}),
            "catalogued",
        ),
        Hostile("a title of half a megabyte", _numbered(108, title="x" * 500_000), "catalogued"),
        Hostile(
            "larger than any producer of ours sends",
            _numbered(111, description="x" * (MEGABYTE - 2000)),
            "catalogued",
        ),
        Hostile("the same file twice", _numbered(109, files=[file("a"), file("a")]), "catalogued"),
    ]


def _with(**fields: Any) -> bytes:
    return json.dumps(capture_document(1) | fields).encode()


def _foreign() -> bytes:
    return capture(1, beamline="balder").to_bytes()


def _numbered(number: int, **fields: Any) -> bytes:
    return json.dumps(capture_document(number) | fields).encode()


def _text(document: dict[str, Any], addition: bytes) -> bytes:
    """Return a document with something that no JSON library of ours would write."""
    return json.dumps(document).encode()[:-1] + b", " + addition + b"}"


def _nested(depth: int) -> Any:
    node: Any = 1
    for _ in range(depth):
        node = [node]
    return node
