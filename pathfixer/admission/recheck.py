"""A session that was opened while the user office was away is put to it again once it answers.

Nothing is ever taken away from who measures: an objection is shown, kept in the history and told by
every capture, and people decide.
"""

import logging
import threading

from pathfixer.activity import Activity
from pathfixer.admission.judge import Judge
from pathfixer.admission.permit import Permit
from pathfixer.current import Change, Current
from pathfixer.errors import PathFixerError, RefusedError
from pathfixer.open_request import OpenRequest
from pathfixer.sessions import confirmed, doubted
from pathfixer.steps import What
from scifish.session import Session
from sdm.errors import SdmError, UnknownProposalError

ASKED_BY = "this PathFixer"

log = logging.getLogger(__name__)


class Recheck:
    """Asks again about a session that is marked ``cached``, until the office has confirmed it.

    Parameters
    ----------
    current, activity
        The session, and who changes it now.
    judge
        Whom to ask; slow.
    interval_s
        Between two questions.
    """

    def __init__(self, current: Current, activity: Activity, judge: Judge, interval_s: float) -> None:
        self._current = current
        self._activity = activity
        self._judge = judge
        self._interval_s = interval_s
        self._stopped = threading.Event()

    def for_ever(self) -> None:
        """Look now and at every interval; ends soon after ``stop``."""
        while not self._stopped.is_set():
            try:
                self.look()
            except Exception:  # edge of the thread: it must ask again
                log.exception("cannot put the session to the user office again")
            self._stopped.wait(self._interval_s)

    def stop(self) -> None:
        """Ask no more; waits for nobody."""
        self._stopped.set()

    def look(self) -> None:
        """Ask about the session, if it is one from memory. Slow."""
        asked = self._current.session
        if asked.state != "open" or asked.origin != "cached":
            return
        try:
            permit = self._judge.confirm(_request(asked))
        except (RefusedError, UnknownProposalError) as error:
            self._commit(asked, None, str(error))
            return
        except SdmError as error:
            log.warning("the session cannot be put to the user office again: %s", error)
            return
        if permit is not None:
            self._commit(asked, permit, _misplaced(asked, permit))

    def _commit(self, asked: Session, permit: Permit | None, objection: str | None) -> None:
        """Commit what the office has said of a session, unless another one is open by now."""
        with self._activity.after_the_switch():
            session = self._current.session
            if self._stopped.is_set() or session.opened_at != asked.opened_at:
                return
            if permit is not None and objection is None:
                self._take(confirmed(session, permit), "confirmed", "the user office answers again")
            elif objection is not None and objection != session.objection:
                self._take(doubted(session, objection), "doubted", objection)

    def _take(self, session: Session, what: What, reason: str) -> None:
        try:
            self._current.commit(Change(session, what, ASKED_BY, reason=reason))
        except PathFixerError as error:
            log.warning("what the user office says cannot be kept: %s", error)


def _request(session: Session) -> OpenRequest:
    return OpenRequest(username=session.username or "", proposal=session.proposal or "", visit=session.visit)


def _misplaced(session: Session, permit: Permit) -> str | None:
    """Return what is wrong with the session's tree; none when the proposal still is of its category."""
    if permit.category == session.category:
        return None
    return (
        f"proposal {session.proposal} belongs into {permit.category} by its type, and its data go into "
        f"{session.category}: close the session, open it again, and move what is there"
    )
