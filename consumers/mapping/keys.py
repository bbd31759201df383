"""Keys that MongoDB cannot query, escaped by one reversible table.

``.`` splits a path, ``$`` begins an operator, NUL ends a name, and the empty key cannot be
queried; ``%`` is escaped so that the way back is unambiguous.
"""

ESCAPES = {"%": "%25", ".": "%2E", "$": "%24", "\x00": "%00"}
EMPTY = "%"
"""The empty key; a lone ``%`` never comes out of the table."""

_TABLE = str.maketrans(ESCAPES)
_CHARACTERS = frozenset(ESCAPES)


def escape(key: str) -> str:
    """Return a key that MongoDB stores and finds."""
    if not key:
        return EMPTY
    return key if _CHARACTERS.isdisjoint(key) else key.translate(_TABLE)


def unescape(key: str) -> str:
    """Return what ``escape`` was given."""
    if key == EMPTY:
        return ""
    for plain, escaped in reversed(ESCAPES.items()):
        key = key.replace(escaped, plain)
    return key
