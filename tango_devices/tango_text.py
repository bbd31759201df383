"""``scifish.tango_text`` under the name that the shells know it by."""

from scifish.tango_text import tango_text

__all__ = ["tango_text"]
