"""Getting a session ready: ask the office, judge, choose the visit, make the folders. Slow."""

import os
import posixpath
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from pathfixer.admission.judge import Judge
from pathfixer.admission.permit import Permit
from pathfixer.config import Config
from pathfixer.endstations import NO_ENDSTATION
from pathfixer.errors import RefusedError
from pathfixer.open_request import OpenRequest
from pathfixer.sessions import open_document
from pathfixer.visits.book import VisitBook
from pathfixer.visits.record import opening_record, require_unlocked
from scifish.session import Session
from sdm.errors import FolderError, NameRefusedError
from sdm.folders.file_worker import FileWorker
from sdm.folders.identity import Identities
from sdm.folders.plan import FolderPlan, plan_visit
from sdm.folders.walk import FolderState
from sdm.names import check_name, check_sample
from sdm.path_rules import Category, PathRules, Place, is_in_proposal, render
from sdm.visits import unscheduled_visit

Tell = Callable[[int, int, str], None]
"""Says how far the work is: steps done, of so many, and what is done now."""

Known = Callable[[FolderPlan], Identities]
"""Tells what the folders of a plan were when they were seen last."""

STEPS = 4

IN_DOUBT: Category = "proprietary"
"""Of a proposal whose type nobody can say: what is told of none is told of it."""


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
    judge
        Judges what may be opened.
    files
        Makes the folders.
    code
        Turns the name of a proprietary proposal's sample into its code.
    clock
        Returns the time, aware.
    visits
        Knows the visits that were ever opened, and which are closed.
    """

    def __init__(
        self,
        config: Config,
        rules: PathRules,
        judge: Judge,
        files: FileWorker,
        code: Callable[[str, str], str],
        clock: Callable[[], datetime],
        visits: VisitBook,
    ) -> None:
        self._config = config
        self._rules = rules
        self._judge = judge
        self._files = files
        self._code = code
        self._clock = clock
        self._visits = visits

    def prepare(self, request: OpenRequest, revision: int, known: Known, tell: Tell) -> Prepared:
        """Make everything that a session needs but the session; ``known`` tells what its folders were.

        Raises
        ------
        RefusedError
            This user may not measure for this proposal here and now, or a name is not allowed.
        SdmError
            The office or the file system did not do its part; new empty folders are gone again.
        """
        endstation = self.endstation(request.endstation)
        check_name("username", request.username)
        check_name("proposal", request.proposal)
        tell(0, STEPS, f"asking the user office for {request.proposal}")
        permit = self._judge.permit(request)
        tell(1, STEPS, "choosing the folders")
        place = self._place(permit, request.sample)
        paths = render(self._rules, self._config.data_root, place)
        self._visits.require_open(paths.visit)
        tell(2, STEPS, "making the folders")
        plan = self.plan(place)
        folders = self._files.make(plan, known(plan))
        require_unlocked(paths.visit, folders)
        self._visits.opened(opening_record(place, paths, permit, folders, self._clock()))
        tell(3, STEPS, "committing")
        warnings = [*permit.warnings, *(note for folder in folders for note in folder.notes)]
        session = open_document(
            revision,
            place,
            paths,
            permit,
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
        """Return the folder of a sample: its name, or the codes of a proprietary one.

        Raises
        ------
        RefusedError
            The name is not allowed; one of a proprietary sample is not repeated, everybody reads that.
        """
        is_closed = category == "proprietary"
        try:
            parts = check_sample(sample, self._rules.sample_depth, self._rules.reserved)
        except NameRefusedError as error:
            raise RefusedError(f"sample is refused: {error.reason}" if is_closed else str(error)) from None
        if is_closed:
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

    def _place(self, permit: Permit, sample: str) -> Place:
        category = permit.category or self._category_on_disk(permit) or IN_DOUBT
        return self._place_in(category, permit, self.sample_folder(category, permit.proposal.number, sample))

    def _place_in(self, category: Category, permit: Permit, sample: str = "") -> Place:
        return Place(
            category=category,
            beamline=self._config.beamline,
            proposal=permit.proposal.number,
            visit=permit.visit.name,
            sample=sample,
        )

    def _category_on_disk(self, permit: Permit) -> Category | None:
        """Return the category that the proposal's folder was made in; none when that does not tell."""
        found = [
            category for category in get_args(Category) if self._has_folder(self._place_in(category, permit))
        ]
        return found[0] if len(found) == 1 else None

    def _has_folder(self, place: Place) -> bool:
        root = self._config.data_root
        folder = posixpath.dirname(render(self._rules, root, place).visit)
        if not is_in_proposal(self._rules, root, folder):
            return False
        try:
            self._files.require_folder(folder)
        except FolderError:
            return False
        return True
