"""Getting a session ready: ask the office, judge, choose the visit, make the folders. Slow."""

import posixpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from pathfixer.admission.judge import Judge
from pathfixer.admission.permit import Permit
from pathfixer.config import Config
from pathfixer.endstations import NO_ENDSTATION
from pathfixer.errors import RefusedError
from pathfixer.folders_made import folders_made
from pathfixer.open_request import OpenRequest
from pathfixer.sample_codes import CodesOfOthersError, SampleCodes
from pathfixer.sessions import open_document
from pathfixer.store import Write
from pathfixer.visits.book import VisitBook
from pathfixer.visits.record import opening_record, require_unlocked
from scifish.session import Session
from sdm.errors import FolderError, NameRefusedError
from sdm.folders.file_worker import FileWorker
from sdm.folders.identity import Identities
from sdm.folders.plan import FolderPlan
from sdm.folders.walk import FolderState
from sdm.names import check_name, check_sample
from sdm.path_rules import Category, PathRules, Paths, Place, is_in_proposal, render
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
    """A session that only has to be committed; ``note_visit`` writes its visit's record along with it."""

    session: Session
    folders: list[FolderState]
    note_visit: Write


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
    codes
        Of the samples of proprietary proposals.
    clock
        Returns the time, aware.
    visits
        Knows the visits that were ever opened, and which are closed.
    device
        Name of this PathFixer, for the records of visits.
    """

    def __init__(
        self,
        config: Config,
        rules: PathRules,
        judge: Judge,
        files: FileWorker,
        codes: SampleCodes,
        clock: Callable[[], datetime],
        visits: VisitBook,
        device: str = "",
    ) -> None:
        self._config = config
        self._rules = rules
        self._judge = judge
        self._files = files
        self._codes = codes
        self._clock = clock
        self._visits = visits
        self._device = device
        self.plan = config.planner(rules)
        """Returns the folders of a place."""

    @contextmanager
    def prepared(self, request: OpenRequest, revision: int, known: Known, tell: Tell) -> Iterator[Prepared]:
        """Make everything that a session needs but the session, which is to be committed inside.

        What fails inside leaves no empty folder behind. ``known`` tells what its folders were.

        Raises
        ------
        RefusedError
            This user may not measure for this proposal here and now, or a name is not allowed.
        SdmError
            The office or the file system did not do its part.
        """
        endstation = self.endstation(request.endstation)
        check_name("username", request.username)
        check_name("proposal", request.proposal)
        tell(0, STEPS, f"asking the user office for {request.proposal}")
        permit = self._judge.permit(request, lambda: tell(1, STEPS, "looking for its visits"))
        place = self._place(permit, request.sample)
        self._visits.require_open(self._paths(place).visit)
        tell(2, STEPS, "making the folders")
        with self.made(place, known) as (place, folders):
            paths = self._paths(place)
            require_unlocked(paths.visit, folders)
            session = open_document(
                revision,
                place,
                paths,
                permit,
                request.username,
                endstation,
                self._config.unowned(self._rules),
                self._clock(),
                [*permit.warnings, *(note for folder in folders for note in folder.notes)],
            )
            record = opening_record(place, paths, permit, folders, self._clock(), self._device)
            tell(3, STEPS, "committing")
            with self._visits.opening(record) as note_visit:
                yield Prepared(session, folders, note_visit)

    @contextmanager
    def made(self, place: Place, known: Known) -> Iterator[tuple[Place, list[FolderState]]]:
        """Make the folders of a place for what is done inside, see ``folders_made``.

        What is yielded has other codes where those of the place turned out to be somebody else's.
        """
        while True:
            plan = self.plan(place)
            try:
                with folders_made(self._files, plan, known(plan)) as folders:
                    self._codes.require_own(place, self._paths(place).raw, folders)
                    yield place, folders
                    return
            except CodesOfOthersError as error:
                place = self._codes.give_up(place, error.codes)

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
            parts = tuple(self._codes.code(proposal, part) for part in parts)
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

    def _paths(self, place: Place) -> Paths:
        return render(self._rules, self._config.data_root, place)

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
        folder = posixpath.dirname(self._paths(place).visit)
        if not is_in_proposal(self._rules, self._config.data_root, folder):
            return False
        try:
            self._files.require_folder(folder)
        except FolderError:
            return False
        return True
