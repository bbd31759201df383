"""A host whose clock is wrong: libfaketime shows single processes another time of day.

Only the time of day is false, as on a real host; the monotonic clock goes on as it is. Debian 12's
libfaketime 0.9.10 makes ``time.sleep`` of Python 3.11 fail in that mode, so the library comes as a wheel;
it is the plain one, never ``libfaketimeMT``, which hangs a scan with nothing of ours in it.
"""

import importlib.util
import os
from pathlib import Path

LIBRARY = "vendor/libfaketime/src/libfaketime.so.1"
TRUE_BELOW = Path(__file__).with_name("true_clock_below")
"""Its ``sitecustomize`` lets the compiled clients of Kafka and Tango see the true clock: librdkafka waits by
C11 ``cnd_timedwait``, which libfaketime does not translate, and omniORB's calls timed out under it. What a
wrong clock does to the stamps of messages has a test of its own."""


def wrong_clock(offset: str) -> dict[str, str]:
    """Return the environment of a process that starts when the clock is off by ``-7d`` or ``+2h``.

    Set for one life: libfaketime reads a change without any lock, and a thread may see the true time
    in between.
    """
    return {
        "LD_PRELOAD": str(_library()),
        "FAKETIME": offset,
        "FAKETIME_CACHE_DURATION": "1000000",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": os.pathsep.join([str(TRUE_BELOW), *filter(None, [os.environ.get("PYTHONPATH")])]),
    }


def _library() -> Path:
    found = importlib.util.find_spec("libfaketime")
    assert found and found.submodule_search_locations, "the wheel libfaketime is missing: run `make setup`"
    return Path(found.submodule_search_locations[0]) / LIBRARY
