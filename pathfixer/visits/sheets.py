"""Keeping the book of visits and the sheets beside their folders in step.

A sheet holds the record that brought a visit into its state, with the times the visit has now. All
PathFixers of a beamline read and write it: so a visit keeps its name and is closed for all of them,
and what an earlier store knew is not lost. What stands there and not in our book came after our
book; what our book has, and the sheet has not, is yet to be written: no clock decides.
"""

import logging

from pydantic import ValidationError

from pathfixer.config import Config
from pathfixer.visits.book import VisitBook
from pathfixer.visits.known import KnownVisit, after, from_folder
from pathfixer.visits.record import WRITABLE, VisitRecord
from sdm.errors import NameRefusedError, SdmError
from sdm.folders.file_worker import FileWorker
from sdm.folders.sheets import VisitFound
from sdm.names import check_name
from sdm.path_rules import CATEGORIES, PathRules, Place, parse, visit_patterns
from sdm.visits import Kept, unscheduled_visit

log = logging.getLogger(__name__)


class VisitSheets:
    """The sheets of one beamline. Every method may take as long as the storage does.

    Parameters
    ----------
    book
        What is known of visits.
    files, walker
        Read and write sheets; the second one finds the visits of the whole beamline, which takes long.
    config, rules
        Where visits lie.
    device
        Name of this PathFixer.
    """

    def __init__(
        self,
        book: VisitBook,
        files: FileWorker,
        walker: FileWorker,
        config: Config,
        rules: PathRules,
        device: str,
    ) -> None:
        self.device = device
        self._book = book
        self._files = files
        self._walker = walker
        self._rules = rules
        self._root = config.data_root
        self._beamline = config.beamline
        self._plan = config.planner(rules)
        self._stamps: dict[str, str] = {}
        self._owed: set[str] = set()

    @property
    def owed(self) -> list[str]:
        """Visits whose sheets could not be written; other PathFixers know them by name and lock only."""
        return sorted(self._owed)

    def kept(self, proposal: str) -> list[Kept]:
        """Return the visits of a proposal whose folders exist now, whoever made them; raises SdmError."""
        self.look(proposal)
        return self._book.kept(proposal)

    def look(self, proposal: str) -> None:
        """Learn what others have done to the visits of a proposal; raises SdmError."""
        for found in self._files.find_visits(self._root, self._trees(proposal), with_sheets=True):
            place = parse(self._rules, self._root, found.path)
            if place is not None:
                self._compare(found, place)

    def look_around(self) -> None:
        """Learn what others have done to any visit of the beamline since the last time; raises SdmError."""
        all_visits = self._walker.find_visits(self._root, self._trees(), with_sheets=False)
        stamps = {found.path: found.stamp for found in all_visits}
        changed = {path for path, stamp in stamps.items() if self._stamps.get(path) != stamp}
        places = (parse(self._rules, self._root, path) for path in changed | self._owed)
        for proposal in sorted({place.proposal for place in places if place is not None}):
            self.look(proposal)
        self._stamps = stamps

    def find(self, text: str) -> KnownVisit:
        """Return a visit by its folder or as ``<proposal>/<visit>``, as the storage tells of it now.

        Raises
        ------
        RefusedError
            It is not known.
        SdmError
            The storage does not tell, or the name is none.
        """
        place = parse(self._rules, self._root, text.rstrip("/"))
        self.look(check_name("proposal", place.proposal if place else text.partition("/")[0]))
        return self._book.find(text)

    def write(self, path: str) -> None:
        """Write the sheet of a visit that was opened here; a failure is logged, and it is tried again."""
        record = self._book.newest(path)
        if record is None:
            return
        try:
            self._files.write_sheet(self._plan(record.place), record.model_dump_json(by_alias=True))
            self._owed.discard(path)
        except SdmError as error:
            self._owed.add(path)
            log.warning("other PathFixers do not learn that visit %s is %s: %s", path, record.event, error)

    def _trees(self, proposal: str = "") -> list[list[str]]:
        return [visit_patterns(self._rules, one, self._beamline, proposal) for one in CATEGORIES]

    def _compare(self, found: VisitFound, place: Place) -> None:
        sheet, visit = _read(found, place), self._book.get(found.path)
        if sheet is not None and sheet.path_fixer.lower() == self.device.lower() and not self._is_ours(visit):
            self._book.add(sheet)  # an earlier store of this device wrote it
        elif not self._is_ours(visit):
            self._see(found, place, sheet)
        elif sheet is None or self._book.has(sheet):
            if sheet == self._book.newest(found.path):
                self._owed.discard(found.path)
            else:
                self.write(found.path)
        else:
            self._book.add(sheet)

    def _see(self, found: VisitFound, place: Place, sheet: VisitRecord | None) -> None:
        if sheet is not None:
            self._book.see(after(None, sheet), sheet)
            return
        try:
            starts_at = unscheduled_visit(place.visit, self._rules.zone_info).starts_at
        except NameRefusedError:
            return  # no date: no schedule can have given this name
        self._book.see(from_folder(found.path, place, starts_at, not found.mode & WRITABLE), None)

    @staticmethod
    def _is_ours(visit: KnownVisit | None) -> bool:
        return visit is not None and not visit.elsewhere


def _read(found: VisitFound, place: Place) -> VisitRecord | None:
    """Return what a sheet says; none when there is none, or it is no sheet of this visit."""
    if not found.sheet:
        return None
    try:
        record = VisitRecord.model_validate_json(found.sheet)
    except ValidationError as error:
        log.warning("the sheet of %s cannot be read: %s", found.path, error)
        return None
    return record.model_copy(update={"path": found.path}) if record.place == place else None
