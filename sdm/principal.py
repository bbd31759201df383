"""Who owns a folder: an account or a group, as a name or as a number. Pure."""

Principal = int | str
"""A name as ``getent`` knows it, or a number."""


def parse_principal(text: str) -> Principal:
    """Read ``#61010`` as a number and anything else as a name; a name of digits alone is ambiguous."""
    return int(text[1:]) if text.startswith("#") and text[1:].isdecimal() else text
