"""The orders of staff about visits: to close one, to lock it again, to open it again."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pathfixer.activity import Activity
from pathfixer.errors import RefusedError
from pathfixer.visits.book import VisitBook
from pathfixer.visits.known import KnownVisit
from pathfixer.visits.locking import BY_ITSELF, VisitLocking
from pathfixer.visits.users import VisitUsers
from scifish.faultpoints import reached
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import Tell, quiet


@dataclass(frozen=True)
class ClosingRules:
    """When visits close by themselves, how long one stays open again, and who may say so."""

    grace: timedelta
    reopened: timedelta
    is_staff: Callable[[str], bool]


class VisitClosing:
    """Closes the visits in a book: what is decided is written down first, then the disk follows.

    Parameters
    ----------
    locking
        Keeps the book and the disk in step.
    users
        Who has a visit.
    rules
        How long, and who is staff.
    clock
        Returns the time, aware.
    """

    def __init__(
        self, locking: VisitLocking, users: VisitUsers, rules: ClosingRules, clock: Callable[[], datetime]
    ) -> None:
        self.locking = locking
        self.users = users
        self.rules = rules
        self._clock = clock

    @property
    def book(self) -> VisitBook:
        """What is known of visits."""
        return self.locking.book

    def closed_plans(self) -> list[FolderPlan]:
        """Return the folders of every visit that should be locked."""
        return self.locking.plans([visit for visit in self.book.visits() if not visit.takes_data])

    def close(self, text: str, by: str, reason: str, activity: Activity, tell: Tell = quiet) -> list[str]:
        """Close a visit that nobody has, and lock it; returns what there is to tell.

        Raises
        ------
        RefusedError
            It is unknown, closed already, or somebody has it; or who asks is not of the staff.
        SdmError
            It is closed, but the file system did not lock it; that is tried again.
        """
        self.require_staff(by)
        visit = self.locking.sheets.find(text)
        if not visit.takes_data:
            raise RefusedError(f"visit {visit.name} is {visit.state} already")
        return self.close_and_lock(visit, by, reason, activity, tell)

    def close_and_lock(
        self, visit: KnownVisit, by: str, reason: str, activity: Activity, tell: Tell = quiet
    ) -> list[str]:
        """Close a visit, whoever wants it; see ``close``."""
        with self.locking.alone(visit):
            users = self.users.of(visit.path)
            if users:
                raise RefusedError(f"visit {visit.name} is in use: {'; '.join(users)}")
            with activity.after_the_switch():
                if self.users.own_session_has(visit.path):
                    raise RefusedError(f"visit {visit.name} has just been opened")
                self.locking.write(visit, "closed", by, reason)
            reached("pathfixer.visit-closed")
            self._require_nobody_came(visit)
            return self.locking.lock(visit, tell)

    def lock(self, text: str, by: str, tell: Tell = quiet) -> list[str]:
        """Lock a closed visit again, or look what root has done; returns what there is to tell."""
        self.require_staff(by)
        visit = self.locking.sheets.find(text)
        if visit.takes_data:
            raise RefusedError(f"visit {visit.name} is {visit.state}: scizoo visit close")
        with self.locking.alone(visit):
            return self.locking.lock(visit, tell)

    def reopen(self, text: str, by: str, reason: str, tell: Tell = quiet) -> list[str]:
        """Open a closed visit again, for a while; returns what there is to tell.

        Raises
        ------
        RefusedError
            It is unknown or not closed, no reason is given, or who asks is not of the staff.
        """
        visit = self._with_reason(text, by, reason)
        if visit.takes_data:
            raise RefusedError(f"visit {visit.name} is {visit.state} already")
        with self.locking.alone(visit):
            until = self._clock() + self.rules.reopened
            self.locking.write(visit, "reopened", by, reason, until=until)
            lines = self.locking.unlock(visit, tell)
        return [f"{visit.name} is open again and locks itself after {until:%Y-%m-%d %H:%M} UTC", *lines]

    def trust(self, text: str, by: str, reason: str) -> KnownVisit:
        """Write down that staff take a visit's folders as they are; raises RefusedError."""
        visit = self._with_reason(text, by, reason)
        return self.locking.write(visit, "trusted", by, reason)

    def require_staff(self, by: str) -> None:
        """Raise RefusedError when a name is none of the staff's."""
        name = by.partition("@")[0].strip()
        if not self.rules.is_staff(name):
            raise RefusedError(
                f"{name or 'nobody'} is not of the staff, who close visits and open them again"
            )

    def _with_reason(self, text: str, by: str, reason: str) -> KnownVisit:
        self.require_staff(by)
        if not reason.strip():
            raise RefusedError("that is done for a reason, which is kept: --reason …")
        return self.locking.sheets.find(text)

    def _require_nobody_came(self, visit: KnownVisit) -> None:
        """Raise RefusedError, and open a visit again, when a sibling opened it while it was being closed."""
        users = self.users.siblings_of(visit.path)
        if users:
            why = f"taken while it was being closed: {'; '.join(users)}"
            self.locking.write(visit, "reopened", BY_ITSELF, why, until=self._clock())
            raise RefusedError(f"visit {visit.name} is in use: {'; '.join(users)}")
