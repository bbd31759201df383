"""A merged dataset as SciCat's v3 API takes it.

Metadata are flat, ``group/name``: SciCat takes any object with one key beginning with ``v`` and one
beginning with ``u`` for a value with its unit, so a group of values would be mistaken for one.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from consumers.configuration import Scicat
from consumers.mapping.keys import unescape

Json = dict[str, Any]

FILES_PER_BLOCK = 10_000
EXACT = 2**53
"""Larger integers lose digits in SciCat, which is JavaScript."""
NOT_RECORDED = "/not-recorded"
UNITS = {"°": "deg", "°C": "degC", "℃": "degC", "Ω": "ohm"}
"""What SciCat's unit library does not know, and its word for it."""
SCAN_FACTS = ("title", "status", "error", "points_planned", "points_recorded", "points_empty")
SCAN_PLACE = ("measurement_group", "scan_class", "endstation", "scan_id", "visit", "sample")


@dataclass(frozen=True)
class ScicatDataset:
    """What is to stand in SciCat."""

    dataset: Json
    blocks: list[Json]
    """Bodies for ``origdatablocks``; empty while the dataset is not complete."""


def scicat_dataset(document: Mapping[str, Any], settings: Scicat) -> ScicatDataset:
    """Return a dataset and its files.

    Parameters
    ----------
    document
        A merged, assigned dataset as ``DatasetCollection`` keeps it, with ``office``.
    settings
        Groups, locations and instruments of the site.
    """
    derived = document["type"] == "derived"
    dataset = _common(document, settings) | (_derived(document) if derived else _raw(document, settings))
    blocks = list(_blocks(document)) if document["complete"] else []
    return ScicatDataset(without_nulls(dataset), blocks)


def without_nulls(node: Json) -> Json:
    """Return a dictionary without its null entries: SciCat 5 answers 500 to them, and saves all the same."""
    return {key: value for key, value in node.items() if value is not None}


def _common(document: Mapping[str, Any], settings: Scicat) -> Json:
    pi = document["office"]["pi"]
    groups = {"proposal": document["proposal"], "beamline": document["beamline"]}
    start = document["start_time"] or datetime.fromtimestamp(document["start_ns"] / 1e9, timezone.utc)
    return {
        "pid": document["pid"],
        "type": document["type"],
        "owner": pi["name"] or document["proposal"],
        "ownerEmail": pi["email"],
        "contactEmail": pi["email"] or settings.ownership.contact_email,
        "ownerGroup": settings.ownership.owner_group.format(**groups),
        "accessGroups": [group.format(**groups) for group in settings.ownership.access_groups],
        "datasetName": document["title"] or document["name"] or document["pid"],
        "description": document["description"],
        "sourceFolder": (document["source_folder"] or NOT_RECORDED).rstrip("/") or "/",
        "creationTime": _instant(start),
        "proposalId": document["proposal"],
        "keywords": [document["source"]["program"]],
        "scientificMetadata": scientific_metadata(document),
    }


def _raw(document: Mapping[str, Any], settings: Scicat) -> Json:
    place = {"facility": document["facility"], "beamline": document["beamline"]}
    return {
        "principalInvestigator": document["office"]["pi"]["name"] or document["proposal"],
        "creationLocation": settings.creation_location.format(**place),
        "dataFormat": document["data_format"],
        "startTime": _instant(document["start_time"]),
        "endTime": _instant(document["end_time"]),
        "runNumber": document["scan_id"],
        "sampleId": document["sample_id"],
        "instrumentId": settings.instruments.get(document["beamline"]),
    }


def _derived(document: Mapping[str, Any]) -> Json:
    return {
        "investigator": document["office"]["pi"]["name"] or document["proposal"],
        "inputDatasets": document["inputs"],
        "usedSoftware": [document["source"]["program"]],
    }


def scientific_metadata(document: Mapping[str, Any]) -> Json:
    """Return the values, what differs at the start, facts of the scan, and what could not be read."""
    values = dict(_flat(document["values"]))
    at_start = {f"at_start/{key}": leaf for key, leaf in _flat(document["values_at_start"])}
    facts = {f"scan/{name}": document[name] for name in (*SCAN_FACTS, *SCAN_PLACE)}
    facts["scan/door"] = document["source"].get("door")
    failures = [_failure(failure) for failure in document["failures"]]
    left_out = [file["path"] for file in document["files"] if _is_unknown(file, document)]
    told = {key: _leaf(value, "") for key, value in facts.items()}
    told["failures"] = _leaf(failures or None, "")
    told["files/not_found"] = _leaf(left_out or None, "")
    return without_nulls(values | at_start | told)


def _flat(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Json | None]]:
    for name, node in tree.items():
        key = prefix + unescape(name)
        if "value" in node and not isinstance(node.get("unit", {}), dict):
            yield key, _leaf(node["value"], node["unit"], node.get("quality"))
        else:
            yield from _flat(node, f"{key}/")


def _leaf(value: Any, unit: str | None, quality: str | None = None) -> Json | None:
    """Return a value with its unit, none for nothing; a quality only where it is not VALID."""
    if value is None:
        return None
    leaf = {"value": json_safe(value), "unit": scicat_unit(unit)}
    return leaf | ({"quality": quality} if quality not in (None, "VALID") else {})


def json_safe(value: Any) -> Any:
    """Return a value that JavaScript holds exactly: what it does not becomes text, null is left out."""
    if isinstance(value, Mapping):
        return {unescape(key): json_safe(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [json_safe(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, int) and abs(value) > EXACT:
        return str(value)
    return _instant(value) if isinstance(value, datetime) else value


def scicat_unit(unit: str | None) -> str:
    """Return a unit as SciCat's library spells it; empty for none."""
    text = UNITS.get(unit or "", unit or "")
    return text.replace("\u00b5", "u").replace("\u03bc", "u")


def _failure(failure: Mapping[str, Any]) -> str:
    place = "/".join(part for part in (failure.get("device"), failure.get("attribute")) if part)
    return f"{place}: {failure['reason']}" if place else str(failure["reason"])


def _is_unknown(file: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    return bool(document["complete"]) and file.get("size") is None


def _blocks(document: Mapping[str, Any]) -> Iterator[Json]:
    known = [file for file in document["files"] if file.get("size") is not None]
    default = document["end_time"] or document["start_time"]
    for first in range(0, len(known), FILES_PER_BLOCK):
        files = known[first : first + FILES_PER_BLOCK]
        algorithms = {str(file["checksum"]).partition(":")[0] for file in files if file.get("checksum")}
        block = {
            "datasetId": document["pid"],
            "size": sum(file["size"] for file in files),
            "dataFileList": [_data_file(file, default) for file in files],
        }
        yield block | ({"chkAlg": algorithms.pop()} if len(algorithms) == 1 else {})


def _data_file(file: Mapping[str, Any], default: datetime | None) -> Json:
    return without_nulls(
        {
            "path": file["path"],
            "size": file["size"],
            "time": _instant(file.get("time") or default),
            "chk": str(file["checksum"]).partition(":")[2] if file.get("checksum") else None,
        }
    )


def _instant(value: datetime | None) -> str | None:
    """Return an instant as SciCat gives it back: UTC, milliseconds, ``Z``."""
    if value is None:
        return None
    text = value.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")
