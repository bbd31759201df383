"""How a process of ours ends that has threads in TANGO."""

import logging
import os
import sys
from typing import NoReturn


def leave_at_once(code: int) -> NoReturn:
    """Write what is to be said and end the process; everything else must have been written before.

    An ordinary end lets cppTango tear down first, under the threads that are in it: it crashes in a
    server, and waits for ever in a window (``docs/decisions/0086``).
    """
    try:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)
