"""Getting a session ready: ask the office, judge, choose the visit, make the folders. Slow."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pathfixer.admission import admit, pick_visit, visits_of
from pathfixer.config import Config
from pathfixer.endstations import NO_ENDSTATION
from pathfixer.errors import RefusedError
from pathfixer.open_request import OpenRequest
from pathfixer.sessions import open_document
from scifish.session import Session
from sdm.errors import NameRefusedError, SdmError
from sdm.file_worker import FileWorker
from sdm.folder_plan import FolderPlan, plan_visit
from sdm.folder_walk import FolderState
from sdm.names import check_name, check_sample
from sdm.path_rules import PathRules, Place, render
from sdm.user_office.protocol import Proposal, UserOffice
from sdm.visits import Visit, unscheduled_visit

Tell = Callable[[int, int, str], None]
"""Says how far the work is: steps done, of so many, and what is done now."""

STEPS = 4


@dataclass(frozen=True)
class Prepared:
    """A session that only has to be committed."""

    session: Session
    plan: FolderPlan
    folders: list[FolderState]


class Opener:
    """Prepares sessions for one beamline.

    Parameters
    ----------
    config, rules
        Where data goes here.
    office
        Where proposals come from.
    files
        Makes the folders.
    code
        Turns the name of a proprietary proposal's sample into its code.
    clock
        Returns the time, aware.
    """

    def __init__(
        self,
        config: Config,
        rules: PathRules,
        office: UserOffice,
        files: FileWorker,
        code: Callable[[str, str], str],
        clock: Callable[[], datetime],
    ) -> None:
        self._config = config
        self._rules = rules
        self._office = office
        self._files = files
        self._code = code
        self._clock = clock

    def prepare(self, request: OpenRequest, revision: int, tell: Tell) -> Prepared:
        """Make everything that a session needs but the session.

        Raises
        ------
        RefusedError
            This user may not measure for this proposal here and now, or a name is not allowed.
        SdmError
            The office or the file system did not do its part; new empty folders are gone again.
        """
        endstation = self.endstation(request.endstation)
        check_name("username", request.username)
        tell(0, STEPS, f"asking the user office for {request.proposal}")
        proposal = self._office.proposal(check_name("proposal", request.proposal))
        tell(1, STEPS, "may this user measure here")
        warnings = self._admit(proposal, request.username)
        visit = self._visit(proposal, request)
        place = self._place(proposal, visit, request.sample)
        tell(2, STEPS, "making the folders")
        plan = self.plan(place)
        folders = self._files.make(plan)
        tell(3, STEPS, "committing")
        warnings += [note for folder in folders for note in folder.notes]
        session = open_document(
            revision,
            place,
            render(self._rules, self._config.data_root, place),
            visit,
            request.username,
            endstation,
            self._config.unowned(self._rules),
            self._clock(),
            warnings,
        )
        return Prepared(session, plan, folders)

    def plan(self, place: Place) -> FolderPlan:
        """Return the folders of a place."""
        who = self._config.principals(self._rules, os.geteuid(), place.proposal)
        return plan_visit(self._rules, self._config.data_root, place, who)

    def sample_folder(self, category: str | None, proposal: str, sample: str) -> str:
        """Return the folder of a sample: its name, or the codes of a proprietary one."""
        try:
            parts = check_sample(sample, self._rules.sample_depth, self._rules.reserved)
        except SdmError as error:
            raise RefusedError(str(error)) from None
        if category == "proprietary":
            parts = tuple(self._code(proposal, part) for part in parts)
        return "/".join(parts)

    def visit_begins(self, visit: str) -> datetime | None:
        """Return when a visit begins by its name, a local day or hour; none when that is no date."""
        try:
            return unscheduled_visit(visit, self._rules.zone_info).starts_at
        except NameRefusedError:
            return None

    def endstation(self, wanted: str | None) -> str | None:
        """Return the endstation, none for the whole beamline; raises RefusedError for an unknown one."""
        if wanted in (None, "", NO_ENDSTATION):
            return None
        names = self._config.endstation_names()
        if wanted not in names:
            raise RefusedError(f"endstation {wanted!r} is unknown here (there is: {', '.join(names)})")
        return wanted

    def _admit(self, proposal: Proposal, username: str) -> list[str]:
        parent = self._office.proposal(proposal.parent) if proposal.parent else None
        return admit(proposal, parent, username, self._config.beamline, self._config.staff)

    def _visit(self, proposal: Proposal, request: OpenRequest) -> Visit:
        visits = visits_of(proposal, self._config.beamline, self._rules)
        is_staff = request.username in self._config.staff
        return pick_visit(request.visit or None, visits, is_staff, self._rules, self._clock())

    def _place(self, proposal: Proposal, visit: Visit, sample: str) -> Place:
        category = self._rules.category_of(proposal.type)
        return Place(
            category=category,
            beamline=self._config.beamline,
            proposal=proposal.number,
            visit=visit.name,
            sample=self.sample_folder(category, proposal.number, sample),
        )
