"""The log of a process that runs for months: an outage is one line a minute, not twenty a second."""

import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

AGAIN_S = 60.0
KEPT = 500
"""Lines that are remembered."""
SPANS = re.compile(r"\d+ ?ms\b")
FORMAT = "%(asctime)s %(levelname)s %(message)s"


@dataclass
class _Said:
    at_s: float
    at: float
    since: int = 0


class Repeats(logging.Filter):
    """Lets a line through once a minute, and then says how often it would have come.

    Kafka's client tells of a broker that is away up to twenty times a second: 650 MB a day in the
    log of one consumer, on a disk that may be the spool's. Lines that differ in milliseconds only
    are the same, those with another exception are not. What is less than a warning passes: it tells
    that all is well again.

    Parameters
    ----------
    clock
        Monotonic, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._said: dict[str, _Said] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether the record is written."""
        if record.levelno < logging.WARNING:
            return True
        try:
            text = record.getMessage()
        except (TypeError, ValueError):  # its own mistake, which the handler tells
            return True
        error = record.exc_info[1] if record.exc_info else None
        with self._lock:
            earlier = self._take(SPANS.sub("", f"{text} {error!r}"), record.created)
        if earlier is None:
            return False
        if earlier.since:
            when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(earlier.at))
            record.msg, record.args = f"{text} (and {earlier.since} times more since {when})", ()
        return True

    def _take(self, key: str, at: float) -> _Said | None:
        """Return what was said before of a line that is due, none for one that is not."""
        now = self._clock()
        said = self._said.get(key)
        if said is not None and now - said.at_s < AGAIN_S:
            said.since += 1
            return None
        self._said.pop(key, None)
        self._said[key] = _Said(now, at)
        if len(self._said) > KEPT:
            del self._said[next(iter(self._said))]  # the oldest
        return said or self._said[key]


def log_to_stderr(level: int) -> None:
    """Write this process's log to standard error, each line with its time, repeated ones once a minute."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(Repeats())
    logging.basicConfig(level=level, format=FORMAT, handlers=[handler])
