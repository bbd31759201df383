"""Lets compiled clients see the true clock in a process that is shown a false one; see ``wrong_clock``."""

import contextlib
import os
import sys

_before = sys.getdlopenflags()
sys.setdlopenflags(_before | os.RTLD_DEEPBIND)
with contextlib.suppress(ImportError):
    import confluent_kafka  # noqa: F401 - they are loaded here and now, past the false clock
    import tango  # noqa: F401
sys.setdlopenflags(_before)
