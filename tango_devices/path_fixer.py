"""PathFixer as a Tango device: a shell over ``pathfixer.keeper`` and ``pathfixer.desk``.

Every attribute answers from memory. Opening, closing, checking and repairing are jobs: the command
returns the job's id at once, ``JobState`` and ``JobResult`` tell what came of it.
"""

import json
import logging
import threading
from collections.abc import Callable
from typing import Any

from tango.server import command

from pathfixer.assembly import assemble, now_utc
from pathfixer.choices import parse_question
from pathfixer.desk import Desk
from pathfixer.errors import PathFixerError, RefusedError
from pathfixer.keeper import Keeper
from pathfixer.open_request import parse_close_request, parse_request
from scifish.state_folder import host_name
from scifish.tango_text import tango_text
from sdm.folders.progress import to_job
from tango_devices.caller import caller
from tango_devices.jobs import Job, JobRefusedError
from tango_devices.path_fixer_properties import PathFixerProperties
from tango_devices.path_fixer_visits import VisitCommands
from tango_devices.process import serve
from tango_devices.refusals import told

LOOK_S = 10.0
"""Set points are looked at this often, to forget the old ones."""

REFUSALS = (PathFixerError, JobRefusedError)

log = logging.getLogger(__name__)


class PathFixer(VisitCommands):
    """The session a beamline is in: who measures, for which proposal, and where the data goes."""

    Model = PathFixerProperties

    _keeper: Keeper | None = None
    _desk: Desk | None = None

    def start(self, properties: PathFixerProperties) -> None:
        """Show the stored session, then begin to watch and to follow."""
        self._wake, self._stopped = threading.Event(), threading.Event()
        unknown = self.warn_of_unknown_properties()
        keeper = assemble(
            properties, self.get_name(), self.in_background, self._wake.set, (unknown,) if unknown else ()
        )
        self._keeper, self._desk = keeper, Desk(properties, keeper, now_utc)
        self.publish("MacroServers", list(properties.endstation_of(None).macro_servers))
        self.show(keeper, self._desk)
        self.in_background(self._show_for_ever)
        keeper.start()

    def stop(self) -> None:
        """Stop; waits for nobody."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            self._stopped.set()
            self._wake.set()
            keeper.stop()

    def stage(self, name: str, value: str) -> None:
        """Stage a set point of the client that writes it."""
        with told("PathFixer", *REFUSALS):
            self._working()[1].stage(name, value, self.client_text())
        self._wake.set()

    def write_sample(self, value: str) -> None:
        """Change the sample of the session."""
        with told("PathFixer", *REFUSALS):
            keeper = self._working()[0]
            keeper.samples.ask(value, self.client_text())
        self.cover_written_sample(keeper.current.sample)
        self.publish("Sample", keeper.current.sample)

    @command(dtype_in=str, doc_in="username, proposal, visit?, sample?, endstation? as JSON", dtype_out=str)
    def OpenSession(self, text: str) -> str:  # noqa: N802 - a Tango command
        """Start to open a session, or to switch to it, and return the job's id."""
        with told("PathFixer", *REFUSALS):
            request, client = parse_request(text), self.client_text()
            return self.keeper_job(
                "session", lambda keeper, job: keeper.open_session(request, client, job.progress)
            )

    @command(dtype_out=str)
    def Apply(self) -> str:  # noqa: N802
        """Start to open the session that the set points ask for, and return the job's id."""
        with told("PathFixer", *REFUSALS):
            desk, client = self._working()[1], self.client_text()
            request = desk.request()
            return self.keeper_job("session", lambda _, job: desk.apply(request, client, job.progress))

    @command(dtype_out=str)
    def CloseSession(self) -> str:  # noqa: N802
        """Start to close the session and return the job's id; its result are complaints."""
        with told("PathFixer", *REFUSALS):
            desk, client = self._working()[1], self.client_text()
            return self.keeper_job("session", lambda *_: desk.close_session(client))

    @command(dtype_in=str, doc_in="force_reason?, asked_by?, asking_door? as JSON", dtype_out=str)
    def EndSession(self, text: str) -> str:  # noqa: N802
        """Start to close the session as CloseSession does, with a name and if need be with force."""
        with told("PathFixer", *REFUSALS):
            request, client = parse_close_request(text), self.client_text()
            return self.keeper_job("session", lambda keeper, _: keeper.close_session(client, request))

    @command(dtype_out=(str,))
    def Proposals(self) -> list[str]:  # noqa: N802
        """Return ``<number>  <title>`` of the staged user's accepted proposals, from memory."""
        with told("PathFixer", *REFUSALS):
            return [tango_text(line) for line in self._working()[1].proposals()]

    @command(dtype_in=str, doc_in="number; empty: the staged one", dtype_out=(str,))
    def Visits(self, proposal: str) -> list[str]:  # noqa: N802
        """Return ``<visit>  <begin> - <end>`` of a proposal's scheduled visits, from memory."""
        with told("PathFixer", *REFUSALS):
            return self._working()[1].visits(proposal)

    @command(dtype_in=str, doc_in="username?, proposal?, visit? as JSON", dtype_out=str)
    def Choices(self, text: str) -> str:  # noqa: N802
        """Return what this user may choose, as JSON, from memory; stages nothing."""
        with told("PathFixer", *REFUSALS):
            choices = self._working()[1].choices(parse_question(text))
            return json.dumps(choices.model_dump())  # ASCII: Tango is Latin-1

    @command(dtype_out=str)
    def Check(self) -> str:  # noqa: N802
        """Start to check path, rights, space and ScanDir, and return the job's id."""
        return self.keeper_job("check", _check)

    @command(dtype_out=str)
    def Repair(self) -> str:  # noqa: N802
        """Start to repair the session's folders, and return the job's id."""
        return self.keeper_job("repair", lambda keeper, job: [one.model_dump() for one in keeper.repair()])

    def keeper_job(self, kind: str, work: Callable[[Keeper, Job], Any]) -> str:
        """Start a job with the keeper and return its id."""
        with told("PathFixer", *REFUSALS):
            keeper, desk = self._working()

            def body(job: Job) -> Any:
                try:
                    return work(keeper, job)
                finally:
                    if keeper is self._keeper:  # Init may have made another one meanwhile
                        self.show(keeper, desk)

            return self.start_job(kind, body)

    def client_text(self) -> str:
        """Return who asks, as far as Tango knows."""
        client = self.get_client_ident()
        if not client.client_ident:
            return "unknown"
        return caller(client.client_ip, client.client_pid, host_name())

    def _show_for_ever(self) -> None:
        stopped, wake, showing = self._stopped, self._wake, self._working()
        while not stopped.is_set():
            wake.wait(LOOK_S)
            wake.clear()
            try:
                if not stopped.is_set():
                    self.show(*showing)
            except Exception:  # edge of the thread: it must show what comes next
                log.exception("cannot show the session")

    def _working(self) -> tuple[Keeper, Desk]:
        if self._keeper is None or self._desk is None:
            raise RefusedError(f"PathFixer does not work: {self.get_status()}")
        return self._keeper, self._desk


def _check(keeper: Keeper, job: Job) -> list[dict[str, Any]]:
    return [one.model_dump() for one in keeper.check(to_job(job.progress))]


def main() -> None:
    """Run the device server ``PathFixer <instance>``."""
    serve(PathFixer, "PathFixer")


if __name__ == "__main__":
    main()
