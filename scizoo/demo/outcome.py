"""What came of a capture, read from the dataset as it stands in MongoDB."""

from collections.abc import Mapping
from typing import Any

from scizoo.demo.display import leaves

Document = Mapping[str, Any]


def is_catalogued(document: Document) -> bool:
    """Tell whether values, files and sizes stand in the catalogue, acknowledged."""
    return document.get("catalogued_at") is not None


def seconds_to_catalogue(document: Document) -> float:
    """Return ``catalogued_at`` − ``end_time``, both as they stand in the document, in seconds.

    For a file, ``end_time`` is its last modification.
    """
    return float((document["catalogued_at"] - document["end_time"]).total_seconds())


def outcome_line(document: Document) -> str:
    """Return the line that ends a demo: pid, what it holds, and how long it took."""
    values = sum(1 for _ in leaves(document.get("values", {})))
    failures, files = len(document.get("failures", ())), len(document.get("files", ()))
    return (
        f"catalogued: {document['_id']} ({values} values, {failures} failures, {files} files) "
        f"in {seconds_to_catalogue(document):.2f} s"
    )


def scan_last(documents: list[Document]) -> list[Document]:
    """Return the documents with the Sardana scan at the end."""
    return sorted(documents, key=lambda document: document["source"]["program"] == "sardana")
