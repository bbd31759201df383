"""The session of a beamline, kept known in the background for whoever begins a capture."""

from datetime import datetime, timedelta
from pathlib import Path

from scifish.attributes.poller import AttributePoller
from scifish.booking import KnownSession, book
from scifish.last_copy import LastCopy
from scifish.session import Session, parse_session

__all__ = ["KnownSession", "SessionListener", "book"]

ATTRIBUTE = "Session"


class SessionListener:
    """Knows one PathFixer's session.

    It is live while PathFixer has confirmed it within the last 3 s and at its last asking; else
    cached, with its age since that answer. A switch of session is known by its change event, or
    by the next read at most 1 s later.

    Parameters
    ----------
    device
        Tango name of the PathFixer.
    cache
        File for the last good copy, so that a restarted process still knows it, as cached.
    """

    def __init__(self, device: str, cache: Path) -> None:
        self._device = device
        self._copy: LastCopy[Session] = LastCopy(device, cache, parse_session)
        self._poller = AttributePoller(device, ATTRIBUTE, self._copy.answered, self._copy.silent)
        self._poller.start()

    def refresh(self) -> None:
        """Ask PathFixer again now, in the background; many calls make one question."""
        self._poller.refresh()

    def known(self, now: datetime) -> KnownSession:
        """Return what is known, at once.

        Parameters
        ----------
        now
            UTC, only to tell ``fresh_at``.
        """
        copy = self._copy.look()
        note = f"PathFixer {self._device}: {copy.trouble}" if copy.trouble else None
        if copy.value is None:
            return KnownSession.none(note or "no session is known")
        fresh_at = None if copy.age_s is None else now - timedelta(seconds=copy.age_s)
        return KnownSession(copy.value, "live" if copy.live else "cached", copy.age_s, fresh_at, note)

    def close(self) -> None:
        """Stop asking; waits for nothing."""
        self._poller.close()
