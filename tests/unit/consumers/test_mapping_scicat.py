"""A merged dataset as SciCat takes it, and what is changed where people have been."""

from datetime import datetime, timezone
from typing import Any

import pytest

from consumers.configuration import Scicat
from consumers.mapping.mongo import body_document
from consumers.mapping.scicat import json_safe, scicat_dataset, scicat_unit
from consumers.mapping.three_way import three_way
from consumers.testing.captures import capture, file, value
from consumers.testing.scicat_state import ScicatState

SETTINGS = Scicat.model_validate(
    {
        "url": "http://127.0.0.1",
        "username": "u",
        "password": {"env": "X"},
        "ownership": {"owner_group": "p{proposal}", "access_groups": ["{beamline}-staff", "ingestor"]},
        "instruments": {"demo": "instrument-1"},
    }
)
OFFICE = {"pi": {"name": "Ada Lovelace", "email": "ada@example.org"}, "title": "Ice"}


def merged(**fields: Any) -> dict[str, Any]:
    """As the collection keeps it."""
    document = body_document(capture(**fields))
    return document | {"office": OFFICE, "complete": all("complete" in f for f in document["files"])}


def test_what_stands_where() -> None:
    dataset = scicat_dataset(merged(files=[file("a.h5")]), SETTINGS).dataset
    assert dataset | {"scientificMetadata": {}} == {
        "pid": capture().pid,
        "type": "raw",
        "owner": "Ada Lovelace",
        "ownerEmail": "ada@example.org",
        "contactEmail": "ada@example.org",
        "ownerGroup": "p20260001",
        "accessGroups": ["demo-staff", "ingestor"],
        "datasetName": "ascan mot01 0 1 10 0.1",
        "sourceFolder": "/data/visitors/demo/20260001/2026030108/raw",
        "creationTime": "2026-03-01T12:00:00.000Z",
        "startTime": "2026-03-01T12:00:00.000Z",
        "endTime": "2026-03-01T12:00:10.000Z",
        "proposalId": "20260001",
        "principalInvestigator": "Ada Lovelace",
        "creationLocation": "/demo/demo",
        "runNumber": "1",
        "instrumentId": "instrument-1",
        "keywords": ["sardana"],
        "scientificMetadata": {},
    }


@pytest.mark.parametrize("kind", ["raw", "derived"])
@pytest.mark.parametrize("phase", ["started", "ended"])
def test_the_openapi_of_scicat_takes_it(kind: str, phase: str) -> None:
    wanted = scicat_dataset(
        merged(phase=phase, type=kind, files=[file("a.h5", checksum="sha256:ab")]), SETTINGS
    )
    state = ScicatState()
    state.create_dataset(wanted.dataset, "ingestor")
    changed = {name: text for name, text in wanted.dataset.items() if name not in ("pid", "type")}
    state.change_dataset(capture().pid, changed, "ingestor", None)
    for block in wanted.blocks:
        state.create_block(block)
    assert [(block["chkAlg"], block["dataFileList"][0]["chk"]) for block in wanted.blocks] == [
        ("sha256", "ab")
    ]


def test_metadata_are_flat_and_hold_no_null() -> None:
    values = {"g": {"a.b": value(1.5, "µm"), "none": value(None)}, "top": value("x", quality="ALARM")}
    failure = {"device": "a/b/c", "attribute": "x", "reason": "timeout"}
    document = merged(values=values, values_at_start={"g": {"a.b": value(1.0, "µm")}}, failures=[failure])
    metadata = scicat_dataset(document, SETTINGS).dataset["scientificMetadata"]
    assert metadata["g/a.b"] == {"value": 1.5, "unit": "um"}
    assert metadata["at_start/g/a.b"] == {"value": 1.0, "unit": "um"}
    assert metadata["top"] == {"value": "x", "unit": "", "quality": "ALARM"}
    assert metadata["failures"]["value"] == ["a/b/c/x: timeout"]
    assert "g/none" not in metadata
    assert all(leaf is not None for leaf in metadata.values())


def test_files_are_told_only_when_all_of_them_are_known() -> None:
    assert (
        scicat_dataset(merged(files=[file("a"), file("b", complete=None, size=None)]), SETTINGS).blocks == []
    )


def test_a_file_whose_end_was_given_up_is_named_and_not_listed() -> None:
    wanted = scicat_dataset(merged(files=[file("a"), file("lost", complete=False, size=None)]), SETTINGS)
    assert [f["path"] for block in wanted.blocks for f in block["dataFileList"]] == ["a"]
    assert wanted.dataset["scientificMetadata"]["files/not_found"]["value"] == ["lost"]


def test_many_files_come_in_few_blocks() -> None:
    document = merged() | {"files": [{"path": str(n), "size": 1, "complete": True} for n in range(20_001)]}
    sizes = [
        (len(block["dataFileList"]), block["size"]) for block in scicat_dataset(document, SETTINGS).blocks
    ]
    assert sizes == [(10_000, 10_000), (10_000, 10_000), (1, 1)]


@pytest.mark.parametrize(
    ("unit", "spelt"), [("µm", "um"), ("μA", "uA"), ("°", "deg"), ("°C", "degC"), (None, ""), ("mm", "mm")]
)
def test_units_that_scicat_does_not_know_are_spelt_its_way(unit: str | None, spelt: str) -> None:
    assert scicat_unit(unit) == spelt


def test_what_javascript_does_not_hold_becomes_text() -> None:
    when = datetime(2026, 1, 1, tzinfo=timezone.utc)
    tree = {"a%2Eb": [float("inf"), 2**60, None, 1.5], "gone": None, "when": when}
    assert json_safe(tree) == {
        "a.b": ["inf", str(2**60), None, 1.5],
        "when": "2026-01-01T00:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("want", "wrote", "there", "sent", "kept"),
    [
        ("a", ["a"], "a", {}, []),
        ("b", ["a"], "a", {"f": "b"}, []),
        ("a", ["a"], "person", {}, []),
        ("b", ["a"], "person", {}, ["f"]),
        ("b", ["a"], "b", {}, []),
        ("a", ["a"], None, {}, []),
        ("b", ["a"], None, {}, ["f"]),
        ("b", ["a", "c"], "c", {"f": "b"}, []),
        ("a", [], None, {"f": "a"}, []),
        ("a", [], "foreign", {}, ["f"]),
    ],
    ids=[
        "nothing new",
        "we have something new",
        "a person changed it and we have nothing new",
        "both changed it",
        "both changed it to the same",
        "a person removed it",
        "a person removed it and we have something new",
        "our last request was cut short and had been saved",
        "never written",
        "there before us",
    ],
)
def test_three_ways(
    want: str, wrote: list[str], there: str | None, sent: dict[str, str], kept: list[str]
) -> None:
    server = {} if there is None else {"f": there}
    changes = three_way({"f": want, "pid": "x", "type": "raw"}, [{"f": text} for text in wrote], server)
    assert (changes.fields, changes.kept) == (sent, kept)


def test_metadata_are_merged_entry_by_entry_and_sent_whole() -> None:
    before = {"scientificMetadata": {"a": {"value": 1}, "b": {"value": 1}, "old": {"value": 1}}}
    there = {
        "scientificMetadata": {
            "a": {"value": 1, "valueSI": 1, "unitSI": "m"},
            "b": {"value": "person"},
            "old": {"value": 1},
            "note": {"value": "person"},
        }
    }
    wanted = {"scientificMetadata": {"a": {"value": 2}, "b": {"value": 1}, "new": {"value": 3}}}
    changes = three_way(wanted, [before], there)
    assert changes.fields["scientificMetadata"] == {
        "a": {"value": 2},
        "b": {"value": "person"},
        "note": {"value": "person"},
        "new": {"value": 3},
    }
    assert three_way(wanted, [wanted], wanted).fields == {}
