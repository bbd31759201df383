"""Keeping a message below the size that Kafka takes (pure).

Arrays are summarised first, the largest first; what is still too large loses its least important
fields. Each reduction is noted in ``failures``, so the catalogue says what is missing.
"""

from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json, to_json

from scifish.messages import CaptureMessage

SHORT = 64
"""Bytes of JSON below which a value is not worth a summary."""
LONGEST_TEXT = 2000
ROOM_FOR_NOTES = 2000
"""Bytes that files leave for the failures that tell what is missing."""
LEAST_IMPORTANT = (
    "preview",
    "values_at_start",
    "counters",
    "moveables",
    "detectors",
    "values",
    "parameters",
    "parents",
    "inputs",
)
"""Fields given up whole, in this order, when summaries do not suffice."""
IDENTITY = frozenset(
    {"schema", "pid", "facility", "producer", "nonce", "phase", "author", "type", "beamline"}
)

Document = dict[str, Any]


def fit(message: CaptureMessage, limit: int) -> bytes:
    """Return the message as JSON of at most ``limit`` bytes."""
    body = message.to_bytes()
    if len(body) <= limit:
        return body
    document = from_json(body)
    for reduce in (_summarise_arrays, _give_up_fields, _cut_texts, _forget_failures, _cut_files):
        size = reduce(document, limit)
        if size <= limit:
            break
    return to_json(document)


def summary_of_array(value: list[Any]) -> Document:
    """Return shape, dtype, min, max and mean of nested lists; the numbers null without any number."""
    numbers = [
        item for item in _flatten(value) if isinstance(item, int | float) and not isinstance(item, bool)
    ]
    whole = all(isinstance(item, int) for item in numbers)
    return {
        "shape": _shape(value),
        "dtype": ("int" if whole else "float") if numbers else "str",
        "min": min(numbers, default=None),
        "max": max(numbers, default=None),
        "mean": sum(numbers) / len(numbers) if numbers else None,
    }


def _summarise_arrays(document: Document, limit: int) -> int:
    size = _size(document)
    for length, path, leaf, key in sorted(_arrays(document), key=lambda item: -item[0]):
        if size <= limit:
            break
        summary = summary_of_array(leaf[key])
        leaf[key] = summary
        reason = f"{path}: {length} bytes of array summarised, the message was too large"
        size += _size(summary) - length + _note(document, reason)
    return _size(document)


def _arrays(document: Document) -> Iterator[tuple[int, str, Document, str]]:
    for tree in ("values_at_start", "values"):
        for path, leaf in _leaves(document.get(tree) or {}, tree):
            for key in ("value", "raw"):
                if isinstance(leaf.get(key), list) and (length := _size(leaf[key])) > SHORT:
                    yield length, path, leaf, key


def _leaves(node: Document, path: str) -> Iterator[tuple[str, Document]]:
    for name, child in node.items():
        if not isinstance(child, dict):
            continue
        if "value" in child and not isinstance(child.get("unit"), dict):
            yield f"{path}/{name}", child
        else:
            yield from _leaves(child, f"{path}/{name}")


def _give_up_fields(document: Document, limit: int) -> int:
    known = CaptureMessage.model_fields
    extra = [name for name in document if name not in known and name != "schema"]
    size = _size(document)
    for name in (*extra, *LEAST_IMPORTANT):
        value = document.get(name)
        if size <= limit:
            break
        if value:
            _drop(document, name, value)
            _note(document, f"{name}: {_size(value)} bytes left out, the message was too large")
            size = _size(document)
    return size


def _drop(document: Document, name: str, value: Any) -> None:
    if isinstance(value, dict | list) and name != "preview":
        document[name] = type(value)()
    else:
        document[name] = None


def _cut_texts(document: Document, limit: int) -> int:
    for name, value in document.items():
        if isinstance(value, str) and len(value) > LONGEST_TEXT and name not in IDENTITY:
            document[name] = value[:LONGEST_TEXT]
            _note(document, f"{name}: cut to {LONGEST_TEXT} characters, the message was too large")
    return _size(document)


def _cut_files(document: Document, limit: int) -> int:
    """Keep the first files, as far as they fit; whoever has many cuts them into parts before."""
    files, document["files"] = document["files"], []
    room = limit - _size(document) - ROOM_FOR_NOTES
    for file in files:
        room -= _size(file) + 1
        if room < 0:
            break
        document["files"].append(file)
    if lost := len(files) - len(document["files"]):
        _note(document, f"files: {lost} of {len(files)} left out, the message was too large")
    return _size(document)


def _forget_failures(document: Document, limit: int) -> int:
    """Keep the newest failures, which name the reductions, as far as they fit."""
    failures = document["failures"]
    document["failures"] = []
    room = limit - _size(document) - 200
    kept: list[Document] = []
    for failure in reversed(failures):
        room -= _size(failure) + 1
        if room < 0:
            break
        kept.append(failure)
    lost = len(failures) - len(kept)
    document["failures"] = kept[::-1]
    _note(document, f"{lost} failures left out, the message was too large")
    return _size(document)


def _note(document: Document, reason: str) -> int:
    failure = {"device": None, "attribute": None, "reason": reason[:300], "phase": None}
    document["failures"].append(failure)
    return _size(failure) + 1


def _size(value: Any) -> int:
    return len(to_json(value))


def _flatten(value: list[Any]) -> Iterator[Any]:
    for item in value:
        if isinstance(item, list):
            yield from _flatten(item)
        else:
            yield item


def _shape(value: Any) -> list[int]:
    shape = []
    while isinstance(value, list):
        shape.append(len(value))
        value = value[0] if value else None
    return shape
