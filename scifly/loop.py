"""The thread of a service: look, tell, wait for an event or a moment."""

import logging
import threading
from collections.abc import Callable

from scifly.service import FileService
from scifly.standing import Report

log = logging.getLogger(__name__)

LOOK_S = 0.25
"""Pause without events; where nothing is due a look costs microseconds."""
BREATH_S = 0.05
"""Pause with events: what a burst does within it is one look."""
AFTER_FAILURE_S = 1.0


def run(service: FileService, tell: Callable[[Report], None], stopped: threading.Event) -> None:
    """Work until ``stopped`` is set, then close the service; the body of a thread.

    Parameters
    ----------
    service
        Used by nobody else from now on.
    tell
        Takes the report of each look.
    """
    while not stopped.is_set():
        try:
            tell(service.look())
        except Exception as error:  # edge of the thread: it must live, and the reason be seen
            log.exception("look failed")
            tell(Report(problems=[f"{type(error).__name__}: {error}"]))
            stopped.wait(AFTER_FAILURE_S)
            _start_over(service)
        stopped.wait(BREATH_S)
        service.wake.wait(LOOK_S)
        service.wake.clear()
    service.close()


def _start_over(service: FileService) -> None:
    try:
        service.start_over()
    except Exception:  # within the edge of the thread: tried again after the next failure
        log.exception("cannot start over yet")
