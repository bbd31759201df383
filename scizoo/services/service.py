"""What every service has in common: a name, an address, a log, and the ways to start and stop it."""

import os
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from scizoo.services.errors import ServiceError, tail
from scizoo.services.processes import GRACE_S, Process, spawn
from scizoo.services.run_folder import RunFolder

POLL_S = 0.02


class Service(ABC):
    """A program that answers others. Start it, wait until it is ready, stop it.

    Attributes
    ----------
    name
        How people call it, as in ``scizoo services list``.
    bound
        Whether it dies with the thread that starts it, even by ``kill -9``.
    variables
        Environment beside that of this process.
    wrapper
        Words before the command, such as those of ``nsenter`` for a name space of its own; they must
        become the program itself.
    ready_limit_s
        How long a start may take on a busy machine; one that fails ends the wait at once.
    """

    name: str
    ready_limit_s = 120.0

    def __init__(self, folder: RunFolder, bound: bool = True) -> None:
        self.folder = folder
        self.bound = bound
        self.variables: dict[str, str] = {}
        self.wrapper: list[str] = []
        self.process: Process | None = None

    @property
    @abstractmethod
    def address(self) -> str:
        """What a client needs to find it."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """Return the program and its arguments."""

    @abstractmethod
    def answers(self) -> bool:
        """Ask once, quickly, whether it is ready; false when it is not yet."""

    def prepare(self) -> None:  # noqa: B027 (most services need nothing)
        """Make what the program wants to find, before it starts."""

    def furnish(self) -> None:  # noqa: B027
        """Set it up once it answers."""

    @property
    def pid(self) -> int | None:
        """Process id, none when it was not started."""
        return self.process.pid if self.process else None

    @property
    def log_file(self) -> Path:
        """Everything it printed, over all its starts."""
        return self.folder.log(self.name)

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.alive

    def start(self) -> None:
        """Start the program and return at once.

        Raises
        ------
        ServiceError
            It runs already, or the program cannot be started.
        """
        if self.alive:
            raise ServiceError(f"{self.name} runs already, pid {self.pid}")
        self.prepare()
        command = [*self.wrapper, *self.command()]
        environment = {**os.environ, **self.variables}
        try:
            self.process = spawn(command, environment, self.folder.path, self.log_file, self.bound)
        except OSError as error:
            raise ServiceError(f"{self.name} cannot be started: {command[0]}: {error.strerror}") from None

    def wait_ready(self, limit_s: float | None = None) -> None:
        """Return when it answers and is furnished.

        Parameters
        ----------
        limit_s
            Instead of ``ready_limit_s``, for the answer.

        Raises
        ------
        ServiceError
            It ended, did not answer within the limit, or could not be set up; with the end of its log.
        """
        limit_s = self.ready_limit_s if limit_s is None else limit_s
        end = time.monotonic() + limit_s
        while not self.answers():
            if not self.alive:
                raise ServiceError(f"{self.name} ended before it was ready; {tail(self.log_file)}")
            if time.monotonic() > end:
                raise ServiceError(f"{self.name} did not answer within {limit_s:g} s; {tail(self.log_file)}")
            time.sleep(POLL_S)
        try:
            self.furnish()
        except ServiceError as error:
            raise ServiceError(f"{error}; {tail(self.log_file)}") from None

    def stop(self, grace_s: float = GRACE_S) -> int | None:
        """End it: SIGTERM, after the grace SIGKILL to all of its session; no error when it is not up.

        Returns
        -------
        int | None
            Its exit code as ``Process.end`` tells it.
        """
        return self.process.end(grace_s) if self.process else None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process:
            self.process.kill()

    def restart(self, limit_s: float | None = None) -> None:
        """Stop it, start it on the same address with the same data, wait until it is ready."""
        self.stop()
        self.start()
        self.wait_ready(limit_s)
