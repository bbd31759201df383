"""Keeps our own errors away from a scan, and lets the user's Stop and Abort through.

Sardana throws an abort exactly once into the macro's thread. Whoever swallows it makes the motor
move after all; a catch-all therefore never stands alone here.
"""

import functools
import logging
import sys
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from sardana.macroserver.msexception import InterruptException

from scifish.faultpoints import reached

LOG = logging.getLogger(__name__)


class Guarded(Protocol):
    """What a guarded object does when one of its methods did not come to its end."""

    def interrupted(self, place: str) -> None:
        """Close what is open: the user stopped or aborted the macro inside ``place``."""

    def rescue(self, place: str, error: Exception, *args: Any) -> None:
        """Save what can be saved: our own code failed inside ``place``, which was called with ``args``."""


Method = TypeVar("Method", bound=Callable[..., None])


def guarded(place: str) -> Callable[[Method], Method]:
    """Make a method that raises nothing but Sardana's interrupts.

    Parameters
    ----------
    place
        ``init``, ``start``, ``record``, ``end`` or ``custom``; also the fault point
        ``recorder.<place>``.
    """

    def wrap(method: Method) -> Method:
        @functools.wraps(method)
        def call(self: Guarded, *args: Any) -> None:
            handled = sys.exc_info()[1]
            try:
                reached(f"recorder.{place}")
                method(self, *args)
            except InterruptException:
                _harmless(self.interrupted, place)
                raise
            except Exception as error:  # noqa: BLE001 - a scan never fails because of its capture
                _after(self, place, error, handled, *args)

        return call  # type: ignore[return-value]

    return wrap


def hidden_interrupt(error: BaseException, handled: BaseException | None) -> InterruptException | None:
    """Return the interrupt that a library turned into an error of its own, if one did.

    Parameters
    ----------
    error
        What came out of our code.
    handled
        What Sardana was handling already when it called us: it is on its way to the user.
    """
    seen: set[int] = {id(handled)}
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        if isinstance(found, InterruptException):
            return found
        seen.add(id(found))
        found = found.__cause__ or found.__context__
    return None


def _after(scan: Guarded, place: str, error: Exception, handled: BaseException | None, *args: Any) -> None:
    interrupt = hidden_interrupt(error, handled)
    if interrupt is None:
        _harmless(scan.rescue, place, error, *args)
        return
    _harmless(scan.interrupted, place)
    raise interrupt


def _harmless(action: Callable[..., None], *args: Any) -> None:
    try:
        action(*args)
    except InterruptException:
        raise
    except Exception:  # a scan never fails because of its capture
        LOG.exception("the capture of this scan could not be saved")
