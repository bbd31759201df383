"""How a refusal of the logic reaches a Tango client."""

from collections.abc import Iterator
from contextlib import contextmanager

import tango

from scifish.tango_text import tango_text


@contextmanager
def told(origin: str, *kinds: type[Exception]) -> Iterator[None]:
    """Let clients see the class of an error of these kinds as reason, its sentence as description."""
    try:
        yield
    except kinds as error:
        tango.Except.throw_exception(type(error).__name__, tango_text(str(error)), origin)
