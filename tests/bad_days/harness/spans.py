"""Other spans for the producers of the capture host, for as long as a test wants them."""

from collections.abc import Iterator
from contextlib import contextmanager

from scifish.settings import load_settings, save_settings
from tests.bad_days.harness.trial_beamline import TrialBeamline

LONGEST_WAIT_S = 10.0
"""What START and END may wait for values at most."""


@contextmanager
def spans(beamline: TrialBeamline, **seconds: float) -> Iterator[None]:
    """``with spans(beamline, begin_wait_s=5):`` and as they were afterwards."""
    folder = beamline.parts.folder.capture_host
    kept = load_settings(folder)
    save_settings(folder, kept.model_copy(update=seconds))
    try:
        yield
    finally:
        save_settings(folder, kept)


@contextmanager
def patience(beamline: TrialBeamline) -> Iterator[None]:
    """Let START and END wait until every device has answered: no value is missing on a busy machine."""
    waits = dict.fromkeys(("begin_wait_s", "end_wait_s", "call_limit_s"), LONGEST_WAIT_S)
    with spans(beamline, **waits):
        yield
