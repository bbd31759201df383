"""Text that TANGO can carry: its strings are Latin-1, anything else is refused by the library."""

SPELT_OUT = str.maketrans({"…": "...", "→": "->", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'"})


def tango_text(text: str) -> str:
    """Return a sentence for people with what Latin-1 lacks spelt out, or as a question mark.

    Not for data: JSON is escaped to ASCII instead, and loses nothing.
    """
    return text.translate(SPELT_OUT).encode("latin-1", "replace").decode("latin-1")
