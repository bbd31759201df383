"""The demo's last lines and its picture of a dataset."""

import io
from datetime import datetime, timedelta, timezone

from rich.console import Console

from scizoo.demo.display import show_dataset
from scizoo.demo.outcome import is_catalogued, outcome_line, scan_last

END = datetime(2026, 11, 20, 10, 0, 46, tzinfo=timezone.utc)
DATASET = {
    "_id": "20.500.12345/1",
    "title": "ascan mot01 0 1 10 0.1",
    "proposal": "20260101",
    "office": {"title": "Ice", "pi": {"name": "Ada Lovelace", "email": "ada@example.org"}},
    "source": {"program": "sardana"},
    "end_time": END,
    "catalogued_at": END + timedelta(seconds=0.42),
    "values": {
        "ring%2Ecurrent": {"value": 399.5, "unit": "mA", "quality": "ALARM"},
        "slit": {"h": {"value": list(range(10)), "unit": None}, "v": {"value": "in", "unit": None, "raw": 4}},
    },
    "failures": [
        {"device": "a/b/c", "attribute": "d", "reason": "no sensor", "phase": phase}
        for phase in ("start", "end")
    ],
    "files": [{"path": "scans.h5", "size": 49784, "entry": "entry42", "complete": True}],
}


def test_the_last_line_counts_what_is_there_and_how_long_it_took():
    expected = "catalogued: 20.500.12345/1 (3 values, 2 failures, 1 files) in 0.42 s"
    assert outcome_line(DATASET) == expected


def test_a_dataset_is_catalogued_when_the_catalogue_says_so():
    assert is_catalogued(DATASET)
    assert not is_catalogued({**DATASET, "catalogued_at": None})


def test_the_scan_comes_last():
    file = {**DATASET, "source": {"program": "ses"}}
    assert scan_last([DATASET, file]) == [file, DATASET]


def test_a_person_sees_who_what_failed_and_the_files():
    told = io.StringIO()
    show_dataset(DATASET, Console(file=told, width=120))
    for words in (
        "Ada Lovelace, ada@example.org",
        "ring.current",
        "399.5",
        "ALARM",
        "10 elements, 0 to 9",
        "in  (read 4)",
        "a/b/c/d: no sensor (at start and end)",
        "49,784 B",
        "2026-11-20 10:00:46.000 UTC",
    ):
        assert words in told.getvalue()
