"""A saved revision as a MongoDB document, and back; no database is needed for this.

A mapping's keys may hold dots and dollars, which field names should not: it is stored as a list
of pairs. Dates are BSON dates, to the millisecond.
"""

from typing import Any

from scidog.saved import Saved

Document = dict[str, Any]


def key_of(scope: str, name: str, revision: int) -> Document:
    """Return the ``_id``: it lets the database itself refuse a second revision of one number."""
    return {"scope": scope, "name": name, "revision": revision}


def to_document(scope: str, saved: Saved) -> Document:
    """Return what is inserted."""
    document = saved.model_dump(mode="python")
    document["_id"] = key_of(scope, saved.name, saved.revision)
    document["selection"]["entries"] = [_with_pairs(entry) for entry in document["selection"]["entries"]]
    return document


def from_document(document: Document) -> Saved:
    """Return the saved revision of a document; fields that we do not know are left out."""
    selection = dict(document["selection"])
    selection["entries"] = [_with_mapping(entry) for entry in selection["entries"]]
    return Saved.model_validate({**document, "selection": selection})


def _with_pairs(entry: Document) -> Document:
    mapping = entry["mapping"]
    pairs = None if mapping is None else [{"read": read, "shown": shown} for read, shown in mapping.items()]
    return {**entry, "mapping": pairs}


def _with_mapping(entry: Document) -> Document:
    pairs = entry.get("mapping")
    mapping = None if pairs is None else {pair["read"]: pair["shown"] for pair in pairs}
    return {**entry, "mapping": mapping}
