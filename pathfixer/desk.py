"""The desk in front of the keeper: set points, and what is offered to choose from."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from pathfixer.choices import Choices, Question, options, samples_of, usernames_of
from pathfixer.config import Config
from pathfixer.errors import NeedsReasonError, RefusedError
from pathfixer.keeper import Keeper
from pathfixer.open_request import OpenRequest
from pathfixer.opening import Tell
from pathfixer.set_points import SetPoints
from scifish.session import Session

REFRESH = timedelta(minutes=5)
"""While somebody chooses, the user office is asked again this often, behind their back."""


class Desk:
    """Takes set points from clients and turns them into a request.

    Parameters
    ----------
    config
        Which endstations there are.
    keeper
        Whose session is shown.
    clock
        Returns the time, aware.
    """

    def __init__(self, config: Config, keeper: Keeper, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._keeper = keeper
        self._clock = clock
        self._set_points = SetPoints()
        self._refreshed_at: datetime | None = None

    @property
    def username(self) -> str:
        """The staged user, else the one of the session."""
        return self.staged("Username") or self._session.username or ""

    @property
    def proposal(self) -> str:
        """The staged proposal, else the one of the session."""
        return self.staged("Proposal") or self._session.proposal or ""

    @property
    def is_staff(self) -> bool:
        """Whether the staged user may open any proposal, as far as that is known by now."""
        return self._keeper.office.is_staff(self.username)

    def stage(self, name: str, value: str, client: str) -> None:
        """Stage a set point; raises RefusedError for an endstation that is not configured."""
        if name == "Endstation" and value and value not in self._config.endstation_names():
            known = ", ".join(self._config.endstation_names())
            raise RefusedError(f"endstation {value!r} is unknown here (there is: {known})")
        self._set_points.stage(name, value, client, self._clock())

    def staged(self, name: str) -> str:
        """Return a set point; empty when nothing is staged, or nobody applied it for ten minutes."""
        self._set_points.expire(self._clock())
        return self._set_points.staged(name)

    @property
    def set_points(self) -> list[str]:
        """One line per set point, with who claims to have written it."""
        self._set_points.expire(self._clock())
        return self._set_points.lines()

    def request(self) -> OpenRequest:
        """Return what the set points ask for; raises RefusedError when something is missing."""
        return self._set_points.request(self._clock())

    def apply(self, request: OpenRequest, client: str, tell: Tell) -> list[str]:
        """Open the session that the set points asked for; they are forgotten when it is open.

        Until then they stay, so that what was refused can be tried again.

        Raises
        ------
        PathFixerError, SdmError
            As ``Keeper.open_session``; set points hold no reason, so it is said who takes one.
        """
        with _without_a_reason("Apply", "OpenSession"):
            complaints = self._keeper.open_session(request, client, tell)
        self._set_points.forget(request)
        return complaints

    def close_session(self, client: str) -> list[str]:
        """Close the session for somebody who could give no reason; see ``Keeper.close_session``."""
        with _without_a_reason("CloseSession", "EndSession"):
            return self._keeper.close_session(client)

    def proposals(self) -> list[str]:
        """Return ``<number>  <title>`` of what the user may choose, from memory; asks again behind it."""
        self._keeper.office.refresh()
        return self._keeper.office.proposals(self.username, self.is_staff)

    def visits(self, proposal: str) -> list[str]:
        """Return ``<visit>  <begin> - <end>`` of a proposal, of the staged one when empty, from memory."""
        self._keeper.office.refresh()
        return self._keeper.office.visits(proposal or self.proposal)

    def choices(self, question: Question) -> Choices:
        """Return what a user may choose, from memory; stages nothing."""
        office, username = self._keeper.office, question.username
        as_of, now = office.as_of, self._clock()
        if self._refreshed_at is None or now - self._refreshed_at > REFRESH:
            self._refreshed_at = now
            office.refresh()
        sessions = [step.session for step in self._keeper.current.steps]
        return Choices(
            usernames=usernames_of(sessions),
            proposals=options(office.proposals(username, office.is_staff(username))) if username else (),
            visits=options(office.visits(question.proposal)),
            samples=samples_of(sessions, question.proposal, question.visit),
            endstations=tuple(self._config.endstation_names()),
            as_of=as_of.isoformat(timespec="seconds") if as_of else "",
            problem=office.problem or "",
        )

    @property
    def _session(self) -> Session:
        return self._keeper.session


@contextmanager
def _without_a_reason(command: str, other: str) -> Iterator[None]:
    """Say which other command takes the reason that a refusal asks for."""
    try:
        yield
    except NeedsReasonError as error:
        raise type(error)(f"{error}. {command} takes no {error.field}, {other} does") from None
