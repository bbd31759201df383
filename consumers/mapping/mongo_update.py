"""The update of one dataset as an aggregation pipeline that any number of writers may race on.

MongoDB runs a pipeline atomically on one document and decides by what stands there at that moment.
It is filtered on ``_id`` alone, so an upsert never meets a document that "does not match"; whoever
comes last, whatever the order, the document ends the same.
"""

from typing import Any

from consumers.mapping.merged import (
    COMPLETE,
    HAS_AMENDMENTS,
    MERGED_FAILURES,
    MERGED_FILES,
    MERGED_V,
    MERGED_VALUES,
)
from consumers.mapping.mongo import body_document, part_document
from consumers.mapping.telling import Telling, standing
from scifish.messages import CaptureMessage

Expression = Any
"""A piece of an aggregation pipeline."""


def update_pipeline(telling: Telling, office: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """Return the pipeline that takes a telling into its dataset.

    Parameters
    ----------
    telling
        Newest body and parts that the batch holds.
    office
        What the user office says about the body's proposal; none leaves what stands there.
    """
    stages = []
    if telling.body is not None:
        stages.append(_replace_older_body(telling.body))
        if office is not None:
            stages.append({"$set": {"office": _if_it_is_about(telling.body, office)}})
    else:
        stages.append({"$set": _identity(next(iter(telling.parts.values())))})
    stages += [{"$set": _newer_part(key, part)} for key, part in telling.parts.items()]
    return [*stages, *_derive()]


def _replace_older_body(body: CaptureMessage) -> dict[str, Any]:
    kept = {
        "_id": "$_id",
        "amendments": "$amendments",
        "catalogued_at": "$catalogued_at",
        "office": {"$cond": [{"$eq": ["$proposal", {"$literal": body.proposal}]}, "$office", "$$REMOVE"]},
    }
    replaced = {"$mergeObjects": [{"$literal": body_document(body)}, kept]}
    return {"$replaceWith": {"$cond": [_newer(body, ""), replaced, "$$ROOT"]}}


def _newer_part(key: str, part: CaptureMessage) -> dict[str, Expression]:
    place = f"amendments.{key}"
    return {place: {"$cond": [_newer(part, f"{place}."), {"$literal": part_document(part)}, f"${place}"]}}


def _newer(message: CaptureMessage, place: str) -> Expression:
    there = [
        {"$ifNull": [f"${place}rank", -1]},
        {"$ifNull": [f"${place}revision", 0]},
        {"$ifNull": [f"${place}author", ""]},
    ]
    return {"$gt": [{"$literal": list(standing(message))}, there]}


def _if_it_is_about(body: CaptureMessage, office: dict[str, Any]) -> Expression:
    """Set the record only beside the proposal and category that it was asked for."""
    asked = {"$literal": [body.proposal, body.category]}
    return {"$cond": [{"$eq": [["$proposal", "$category"], asked]}, {"$literal": office}, "$office"]}


def _identity(part: CaptureMessage) -> dict[str, Expression]:
    names = ("pid", "beamline", "facility")
    return {name: {"$ifNull": [f"${name}", {"$literal": getattr(part, name)}]} for name in names}


def _derive() -> list[dict[str, Any]]:
    as_told = {
        "files": {"$ifNull": ["$files", []]},
        "failures": {"$ifNull": ["$failures", []]},
        "values": {"$ifNull": ["$values", {}]},
        "v": {"$ifNull": ["$v", []]},
    }
    merged = {
        "files": MERGED_FILES,
        "failures": MERGED_FAILURES,
        "values": MERGED_VALUES,
        "v": MERGED_V,
    }
    return [
        {"$set": {"as_told": {"$cond": [HAS_AMENDMENTS, {"$ifNull": ["$as_told", as_told]}, "$$REMOVE"]}}},
        {
            "$set": {
                name: {"$cond": [HAS_AMENDMENTS, expression, f"${name}"]}
                for name, expression in merged.items()
            }
        },
        {"$set": {"complete": COMPLETE}},
    ]
