"""Places where a test may kill, stop or upset this process, to prove that nothing is lost.

``SCIZOO_FAULT=name[:n]:kill|stop|raise`` acts at the n-th time (default the first) that the place
is reached. Without the variable a place costs one dictionary look-up.
"""

import os
import signal
from collections import Counter

_reached: Counter[str] = Counter()


class FaultInjectedError(Exception):
    """Raised on purpose, by ``SCIZOO_FAULT=…:raise``."""


def reached(name: str) -> None:
    """Say that the place called ``name`` has been reached."""
    fault = os.environ.get("SCIZOO_FAULT")
    if fault and fault.split(":")[0] == name:
        _act(name, fault.split(":")[1:])


def _act(name: str, rest: list[str]) -> None:
    _reached[name] += 1
    action, wanted = rest[-1], int(rest[0]) if len(rest) > 1 else 1
    if _reached[name] != wanted:
        return
    if action == "raise":
        raise FaultInjectedError(f"fault injected at {name}")
    os.kill(os.getpid(), signal.SIGKILL if action == "kill" else signal.SIGSTOP)
