"""Visits of a beamline on a real file system, whose clock, office and neighbours a test moves."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

from pathfixer.activity import Activity
from pathfixer.admission.permit import Permit
from pathfixer.sessions import closed_document
from pathfixer.store import Store
from pathfixer.testing.beamline import BeamlineInMemory, SiblingInMemory
from pathfixer.visits.book import VisitBook
from pathfixer.visits.closing import ClosingRules, VisitClosing
from pathfixer.visits.locking import VisitLocking
from pathfixer.visits.record import opening_record
from pathfixer.visits.sheets import VisitSheets
from pathfixer.visits.tending import VisitTending
from pathfixer.visits.users import VisitUsers
from sdm.path_rules import Place, render
from sdm.testing.files_here import FilesHere
from sdm.user_office.protocol import Proposal
from sdm.visits import Visit
from tests.own_tree import RULES
from tests.unit.pathfixer.own_config import own_config

BEGIN = datetime(2026, 9, 14, 6, tzinfo=timezone.utc)
END = BEGIN + timedelta(days=1)
GRACE = timedelta(hours=72)
PLACE = Place(category="visitors", beamline="demo", proposal="20260101", visit="20260914")
STAFF = "lismei@control"


class Office:
    """A schedule that a test moves."""

    def __init__(self, clock) -> None:
        self._clock = clock
        self.end = END
        self.away = False
        self.as_of = None
        self.asked = 0

    def refresh(self) -> None:
        self.asked += 1
        if not self.away:
            self.as_of = self._clock()

    def visit_named(self, number: str, name: str) -> Visit | None:
        return Visit(name, BEGIN, self.end) if self.as_of else None


class Bench:
    """Visits of a beamline whose clock, office and neighbours a test moves."""

    def __init__(self, root: Path, state: Path, device: str = "demo/ctl/sdm-01") -> None:
        self.device = device
        self.config = own_config(root)
        self.now = BEGIN
        self.session = closed_document(0, "demo", "/unowned")
        self.beamline = BeamlineInMemory(siblings={"demo/ctl/sdm-02": SiblingInMemory()})
        self.office, self.files, self.activity = Office(lambda: self.now), FilesHere(), Activity(lambda: None)
        self.root, self.state = root, state
        self.start()
        self.visit = Path(render(RULES, str(root), PLACE).visit)

    def start(self) -> None:
        """Begin, or begin again as after a restart."""
        self.store = Store.open(self.state)
        self.book = VisitBook(self.store.database, lambda: self.now)
        self.sheets = VisitSheets(self.book, self.files, self.files, self.config, RULES, self.device)
        users = VisitUsers(lambda: self.session, self.beamline, list(self.beamline.siblings), ())
        rules = ClosingRules(GRACE, timedelta(hours=24), lambda name: name == "lismei")
        self.locking = VisitLocking(self.book, self.sheets, self.files, self.plan, lambda: self.now)
        self.closing = VisitClosing(self.locking, users, rules, lambda: self.now)
        self.tending = VisitTending(self.closing, self.office, lambda: self.now)

    def stop(self) -> None:
        self.locking.stop()
        self.store.close()

    def plan(self, place: Place):
        return self.config.planner(RULES)(place)

    def open_visit(self) -> None:
        self.sheets.look(PLACE.proposal)
        visit = Visit("20260914", BEGIN, END)
        folders = self.files.make(self.plan(PLACE))
        proposal = Proposal(number="20260101", title="Ice")
        permit = Permit(proposal, "visitors", visit)
        paths = render(RULES, str(self.root), PLACE)
        record = opening_record(PLACE, paths, permit, folders, self.now, self.device)
        with self.book.opening(record) as write, self.store.database.transaction() as database:
            write(database)
        self.sheets.look(PLACE.proposal)
        (self.visit / "raw/scan.h5").touch()

    @property
    def visit_state(self) -> str:
        return self.book.find("20260101/20260914").state

    def close(self, by: str = STAFF) -> list[str]:
        return self.closing.close("20260101/20260914", by, "measured", self.activity)

    def tend(self, after: timedelta) -> None:
        self.now = END + after
        self.tending.tend(self.activity)
