"""A keeper on a bench: a real file system, an office and MacroServers in memory."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pathfixer.admission.judge import Judge
from pathfixer.admission.office_memory import OfficeMemory
from pathfixer.admission.staff import Staff
from pathfixer.admission.visits_here import VisitsHere
from pathfixer.assembly import closing_rules
from pathfixer.desk import Desk
from pathfixer.following.follower import Follower
from pathfixer.following.followers import Followers
from pathfixer.following.scan_dir_follower import ScanDirFollower
from pathfixer.keeper import Keeper
from pathfixer.open_request import OpenRequest
from pathfixer.opening import Opener
from pathfixer.parts import Parts
from pathfixer.sample_codes import SampleCodes
from pathfixer.siblings import Siblings
from pathfixer.store import Store
from pathfixer.switch_guard import SwitchGuard
from pathfixer.testing.beamline import BeamlineInMemory
from pathfixer.testing.doors import DoorsInMemory, GrowthInMemory
from pathfixer.testing.macro_server import MacroServerInMemory
from pathfixer.visits.book import VisitBook
from pathfixer.visits.closing import VisitClosing
from pathfixer.visits.locking import VisitLocking
from pathfixer.visits.sheets import VisitSheets
from pathfixer.visits.tending import VisitTending
from pathfixer.visits.users import VisitUsers
from pathfixer.watch import TreeWatch
from scifish.attributes.reader import Snapshot, SnapshotReader
from scifish.message_parts import Failure, Value
from scifish.selection import Selection
from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.path_rules import is_in_proposal
from sdm.testing.files_here import FilesHere
from sdm.user_office.disk_cache import DiskCache
from sdm.user_office.protocol import Block, Person, Proposal
from sdm.user_office.remembering import RememberingOffice
from tests.own_tree import RULES, make_site_part
from tests.unit.pathfixer.own_config import own_config

DEVICE = "demo/ctl/sdm-01"
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)
ICE = OpenRequest(username="carlcarl", proposal="20260101", visit="20260914")


class OfficeInMemory:
    """A user office that answers when it is let."""

    def __init__(self) -> None:
        self.asked, self.answers = threading.Event(), threading.Event()
        self.answers.set()
        block = Block(
            beamline="demo",
            start=datetime(2026, 9, 14, 6, tzinfo=timezone.utc),
            end=datetime(2026, 9, 15, 6, tzinfo=timezone.utc),
        )
        people = {"pi": Person(account="adalov"), "members": (Person(account="carlcarl"),)}
        ice = Proposal(number="20260101", title="Ice", beamlines=("demo",), schedule=(block,), **people)
        secret = Proposal(
            number="20260102",
            title="Secret",
            type="Proprietary",
            beamlines=("demo",),
            schedule=(block,),
            **people,
        )
        self.known = {"20260101": ice, "20260102": secret}
        self.elsewhere: dict[str, Proposal] = {}
        self.is_open = True

    def proposal(self, number: str) -> Proposal:
        self.asked.set()
        self.answers.wait(10)
        self._require_open()
        known = self.known | self.elsewhere
        if number not in known:
            raise UnknownProposalError(number)
        return known[number]

    def proposals(self, beamline: str) -> list[Proposal]:
        self._require_open()
        return list(self.known.values())

    def _require_open(self) -> None:
        if not self.is_open:
            raise OfficeUnavailableError("closed")


class DevicesInMemory:
    """Answers as ``SnapshotReader`` does: each reading takes the next answer, the last one for ever."""

    def __init__(self) -> None:
        self.answers: dict[str, list[object]] = defaultdict(lambda: ["ON"])
        self.selection = Selection(name="none")
        self.signed_off: set[str] = set()
        self.waited_s = 0.0

    def begin(self, selection: Selection) -> "DevicesInMemory":
        self.selection = selection
        return self

    def wait(self, timeout_s: float) -> bool:
        self.waited_s = timeout_s
        return True

    def result(self) -> Snapshot:
        snapshot = Snapshot({}, [])
        for entry in self.selection.entries:
            answers = self.answers[entry.device]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Exception):
                failure = Failure(device=entry.device, attribute=entry.attribute, reason=str(answer))
                snapshot.failures.append(failure)
            else:
                snapshot.values[entry.name] = Value(value=answer, unit=None)
        return snapshot

    def close(self) -> None:
        """Nothing to close."""


def tell(done: int, of: int, text: str) -> None:
    """Progress is nobody's concern here."""


def run(function) -> None:
    threading.Thread(target=function, daemon=True).start()


class Bench:
    """A keeper and what it works with."""

    def __init__(self, root: Path, state: Path) -> None:
        self.now = NOW
        self.office = OfficeInMemory()
        self.config = own_config(
            root, macro_servers=("macroserver/test/1",), staff=("lismei",), free_space_limit=0
        )
        self.server = MacroServerInMemory("macroserver/test/1", ScanDir="/scratch")
        self.folder = state
        self.store = Store.open(state)
        self.files = FilesHere()
        self.beamline = BeamlineInMemory()
        cache = DiskCache(state / "office.db", RULES.proprietary_types, timedelta(days=30), self.clock)
        self.remembering = RememberingOffice(self.office, cache, RULES.proprietary_types, self.clock)
        self.people = Staff(self.config.beamline_principal(RULES), self.config.staff, run, lambda: None)
        self.doors, self.growth = DoorsInMemory(), GrowthInMemory()
        self.unowned = self.config.unowned(RULES)
        self.keeper = Keeper(self._parts(root), lambda: None)
        self.desk = Desk(self.config, self.keeper, self.clock)

    def _parts(self, root: Path) -> Parts:
        reader = SnapshotReader()
        reader.close()
        book = VisitBook(self.store.database, self.clock)
        sheets = self.sheets = VisitSheets(book, self.files, FilesHere(), self.config, RULES, DEVICE)
        judge = Judge(self.remembering, self.people, VisitsHere("demo", RULES, sheets.kept), self.clock)
        codes = SampleCodes(self.store.database)
        opener = Opener(self.config, RULES, judge, self.files, codes, self.clock, book, DEVICE)
        shown = VisitsHere("demo", RULES, book.kept)
        memory = OfficeMemory(self.remembering, self.people, shown, run, lambda: None)
        closing = self._closing(book, opener)
        return Parts(
            beamline="demo",
            unowned_path=self.unowned,
            sheets=sheets,
            free_limit_gib=0,
            endstation_of=self.config.endstation_of,
            store=self.store,
            judge=judge,
            recheck_interval_s=3600,
            opener=opener,
            files=self.files,
            macro_servers=Followers([self._follower(root)]),
            listeners=Followers([]),
            office=memory,
            watch=TreeWatch(self.files, self.unowned),
            growth=self.growth,
            guard=SwitchGuard(self.doors, self.growth, 10, self.config.endstation_of),
            siblings=Siblings(reader, DEVICE, (), list, lambda: None),
            closing=closing,
            tending=VisitTending(closing, memory, self.clock),
            inspector=FilesHere(),
            run=run,
            clock=self.clock,
        )

    def _follower(self, root: Path) -> Follower:
        def in_proposal(path: str) -> bool:
            return is_in_proposal(RULES, str(root), path)

        return Follower(ScanDirFollower(self.server, self.store, False, in_proposal), 0.05, lambda: None)

    def _closing(self, book: VisitBook, opener: Opener) -> VisitClosing:
        users = VisitUsers(self.store.last, self.beamline, (), ())
        locking = VisitLocking(book, self.sheets, FilesHere(), opener.plan, self.clock)
        return VisitClosing(locking, users, closing_rules(self.config, self.people.has), self.clock)

    def clock(self) -> datetime:
        """Return the time that a test has set."""
        return self.now


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    make_site_part(root)
    return root


@pytest.fixture
def bench(root: Path, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(root, tmp_path / "state")
    bench.keeper.start()
    yield bench
    bench.keeper.stop()
