"""The trial beamline's PathFixer, SciDog and MacroServer, asked with patience: the machine may be busy."""

from collections.abc import Callable
from typing import Any, TypeVar

from pathfixer.client import PathFixerClient
from pathfixer.errors import NeedsForceError, ReasonWantedError
from pathfixer.sardana import MacroServerEnvironment
from scidog.client import SciDogClient
from scizoo.services.capture_devices import PATH_FIXER, SCI_DOG
from tests.bad_days.harness.limits import JOB_S, LIMIT_S
from tests.devices import ANSWER_S
from tests.waiting import wait_for

Answer = TypeVar("Answer")


class PathFixer(PathFixerClient):
    """Opens and closes as soon as nothing is in the way any more.

    It refuses while a Door does not answer within a second, as if a macro ran there; on a busy machine a
    healthy Door is silent for so long now and then.
    """

    def __init__(self) -> None:
        super().__init__(PATH_FIXER, JOB_S, ANSWER_S)

    def open_session(self, *names: Any, **more: Any) -> list[str]:
        """Open a session and wait for it; returns what people should see to."""
        return _unless_in_the_way(lambda: super(PathFixer, self).open_session(*names, **more))

    def close_session(self, *names: Any, **more: Any) -> list[str]:
        """Close the session; returns what people should see to."""
        return _unless_in_the_way(lambda: super(PathFixer, self).close_session(*names, **more))


def sci_dog() -> SciDogClient:
    """Return a client of the SciDog."""
    return SciDogClient(SCI_DOG, JOB_S, ANSWER_S)


def environment_of(macro_server: str) -> MacroServerEnvironment:
    """Return the environment of a MacroServer."""
    return MacroServerEnvironment(macro_server, ANSWER_S)


def _unless_in_the_way(job: Callable[[], Answer]) -> Answer:
    """Return what a job returns, done again while something is in its way."""

    def done() -> tuple[Answer] | None:
        try:
            return (job(),)
        except ReasonWantedError as error:
            if error.field != NeedsForceError.field:
                raise
            return None

    answer = wait_for(done, LIMIT_S, "nothing in PathFixer's way")
    assert answer
    return answer[0]
