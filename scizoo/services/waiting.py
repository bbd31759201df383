"""Waiting for something to become true, with a limit."""

import time
from collections.abc import Callable

from scizoo.services.errors import ServiceError

POLL_S = 0.02


def wait_until(condition: Callable[[], object], limit_s: float, what: str) -> None:
    """Return as soon as the condition holds.

    Raises
    ------
    ServiceError
        It did not hold within the limit; ``what`` names it.
    """
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise ServiceError(f"{what}: not within {limit_s:g} s")
        time.sleep(POLL_S)
