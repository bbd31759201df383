"""What to change in a catalogue that people edit too: what we want, what we wrote, what stands there.

Only what differs from what we last wrote is sent. Where the server differs from both, a person has
changed it: the person's stays and is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

METADATA = "scientificMetadata"
FIXED = frozenset({"pid", "type"})
"""SciCat refuses these in an update."""
ADDED_BY_SERVER = ("valueSI", "unitSI")


@dataclass
class Changes:
    """Outcome of a comparison."""

    fields: dict[str, Any] = field(default_factory=dict)
    """What to send."""
    kept: list[str] = field(default_factory=list)
    """What a person has changed and we would have changed too."""


def three_way(
    wanted: Mapping[str, Any], written: Sequence[Mapping[str, Any]], server: Mapping[str, Any]
) -> Changes:
    """Compare.

    Parameters
    ----------
    wanted
        What is to stand there now.
    written
        What we wrote before, and what we meant to write when we were cut short; either is ours.
    server
        What stands there.
    """
    changes = Changes()
    for name in wanted.keys() - FIXED - {METADATA}:
        before = [earlier.get(name) for earlier in written]
        _compare(name, wanted[name], before, server.get(name), changes.fields, changes.kept)
    metadata = _metadata(wanted, written, server, changes.kept)
    if metadata is not None:
        changes.fields[METADATA] = metadata
    return changes


def plain(value: Any) -> Any:
    """Return a value without what the server adds to it."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items() if key not in ADDED_BY_SERVER}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def _compare(
    name: str, want: Any, before: Sequence[Any], there: Any, send: dict[str, Any], kept: list[str]
) -> None:
    found = plain(there)
    if found == want:
        return
    if found in before or (found is None and not before):
        send[name] = want
    elif want not in before:
        kept.append(name)


def _metadata(
    wanted: Mapping[str, Any],
    written: Sequence[Mapping[str, Any]],
    server: Mapping[str, Any],
    kept: list[str],
) -> dict[str, Any] | None:
    """Return the whole metadata to send, none when nothing is to change: an update replaces them whole."""
    want, there = wanted.get(METADATA, {}), plain(server.get(METADATA) or {})
    before = [earlier.get(METADATA, {}) for earlier in written]
    send: dict[str, Any] = {}
    for key, value in want.items():
        _compare(key, value, [earlier.get(key) for earlier in before], there.get(key), send, kept)
    ours = [key for key in there if key not in want and there[key] in [e.get(key) for e in before]]
    if not send and not ours:
        return None
    return {key: value for key, value in there.items() if key not in ours} | send
