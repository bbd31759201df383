"""A message as a MongoDB document: keys escaped, instants as dates, scalars once more for the indexes."""

from collections.abc import Iterator
from typing import Any

from consumers.errors import PoisonError
from consumers.mapping.keys import escape
from scifish.message_parts import INT64, DataFile, Value, ValueTree
from scifish.messages import CaptureMessage, Context, Identity

OWN_FIELDS = frozenset(
    {"_id", "amendments", "as_told", "catalogued_at", "complete", "office", "unknown_fields", "v"}
)
"""Fields the sink keeps beside the message; an unknown message field of such a name moves aside."""
TEXT_LIMIT = 256
"""Characters of a text that are indexed; the whole text stands in ``values``."""
DEEPEST = 64
"""Levels of nesting; MongoDB stores 100, of which the document around the message takes some."""

_SHARED = (frozenset(Identity.model_fields) | frozenset(Context.model_fields)) - {
    "author",
    "rank",
    "revision",
    "part",
}


def body_document(message: CaptureMessage) -> dict[str, Any]:
    """Return a ``started`` or ``ended`` message as the document's body, without ``_id``."""
    document = stored(message.model_dump(by_alias=True, exclude={"files"}))
    aside = {name: document.pop(name) for name in OWN_FIELDS.intersection(document)}
    if aside:
        document["unknown_fields"] = aside
    document["files"] = [file_document(file) for file in message.files]
    document["v"] = scalars(message.values_at_start, message.values)
    return document


def part_document(message: CaptureMessage) -> dict[str, Any]:
    """Return an amended part: what it tells, without what every message of the pid repeats."""
    told = message.model_dump(by_alias=True, exclude_defaults=True, exclude={*_SHARED, "files", "status"})
    document: dict[str, Any] = stored(told)
    document["files"] = [file_document(file) for file in message.files]
    document["v"] = scalars(message.values)
    return document


def file_document(file: DataFile) -> dict[str, Any]:
    """Return a file without its nulls: a scan may have tens of thousands.

    Raises
    ------
    PoisonError
        The path holds a NUL, which no file system allows.
    """
    if "\x00" in file.path:
        raise PoisonError(f"files: path {file.path[:80]!r} holds a NUL")
    document: dict[str, Any] = stored(file.model_dump(exclude_none=True))
    return document


def stored(value: Any, depth: int = 0) -> Any:
    """Return what a message holds as BSON takes it: keys escaped, integers beyond 64 bits as text.

    Raises
    ------
    PoisonError
        It is nested deeper than MongoDB takes; one such message would spoil its whole batch.
    """
    if depth > DEEPEST:
        raise PoisonError(f"values are nested deeper than {DEEPEST} levels")
    kind = type(value)
    if kind is dict:
        return {escape(key): stored(item, depth + 1) for key, item in value.items()}
    if kind is list:
        return [stored(item, depth + 1) for item in value]
    if kind is int and not -INT64 <= value < INT64:
        return str(value)
    return value


def scalars(*trees: ValueTree) -> list[dict[str, Any]]:
    """Return ``{k: "group/name", n: number}`` or ``{k, s: text}`` per scalar; later trees count more."""
    found: dict[str, dict[str, Any]] = {}
    for tree in trees:
        for key, leaf in leaves(tree):
            found.pop(key, None)
            if isinstance(leaf.value, str):
                found[key] = {"k": key, "s": leaf.value[:TEXT_LIMIT]}
            elif isinstance(leaf.value, bool | int | float):
                found[key] = {"k": key, "n": stored_number(leaf.value)}
    return list(found.values())


def stored_number(value: bool | int | float) -> int | float:
    """Return a number that the indexes sort as one: true is 1, an integer beyond 64 bits a float."""
    return float(value) if abs(value) >= INT64 else value * 1


def leaves(tree: ValueTree) -> Iterator[tuple[str, Value]]:
    """Yield each value with its key, ``group/name`` or ``name``, escaped as in the document."""
    for name, node in tree.items():
        if isinstance(node, Value):
            yield escape(name), node
        else:
            yield from ((f"{escape(name)}/{escape(inner)}", value) for inner, value in node.items())
