"""Waiting for an event with a limit, instead of sleeping for luck."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE_S = 30
"""A busy machine may hold up a process that works as it should for many seconds."""


def wait_for(condition: Callable[[], Found], timeout_s: float, what: str) -> Found:
    """Return the first true answer of a condition, asked every 10 ms for at least ``PATIENCE_S``.

    Raises
    ------
    AssertionError
        When it has not become true in time; the text says what was awaited and the last answer.
    """
    limit_s = max(timeout_s, PATIENCE_S)
    limit = time.monotonic() + limit_s
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > limit:
            raise AssertionError(f"not within {limit_s:g} s: {what} (last: {answer!r})")
        time.sleep(0.01)
