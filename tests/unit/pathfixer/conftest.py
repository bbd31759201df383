"""A keeper on a bench: a real file system, an office and MacroServers in memory."""

import os
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from pathfixer.admission.judge import Judge
from pathfixer.admission.office_memory import OfficeMemory
from pathfixer.admission.staff import Staff
from pathfixer.assembly import closing_rules
from pathfixer.config import Config
from pathfixer.desk import Desk
from pathfixer.following.follower import Follower
from pathfixer.following.followers import Followers
from pathfixer.following.scan_dir_follower import ScanDirFollower
from pathfixer.keeper import Keeper
from pathfixer.opening import Opener
from pathfixer.parts import Parts
from pathfixer.siblings import Siblings
from pathfixer.store import Store
from pathfixer.switch_guard import SwitchGuard
from pathfixer.testing.beamline import BeamlineInMemory
from pathfixer.testing.doors import DoorsInMemory, GrowthInMemory
from pathfixer.testing.macro_server import MacroServerInMemory
from pathfixer.visits.book import VisitBook
from pathfixer.visits.closing import VisitClosing
from pathfixer.visits.locking import VisitLocking
from pathfixer.visits.tending import VisitTending
from pathfixer.visits.users import VisitUsers
from pathfixer.watch import TreeWatch
from scifish.reader import SnapshotReader
from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.path_rules import is_in_proposal
from sdm.rule_files import load_rules
from sdm.site_part import plan_site_part
from sdm.testing.files_here import FilesHere
from sdm.user_office.disk_cache import DiskCache
from sdm.user_office.protocol import Block, Person, Proposal
from sdm.user_office.remembering import RememberingOffice
from sdm.visits import Kept

RULES = load_rules("maxiv_v1")
NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)


class OfficeInMemory:
    """A user office that answers when it is let."""

    def __init__(self) -> None:
        self.answers = threading.Event()
        self.answers.set()
        block = Block(
            beamline="demo",
            start=datetime(2026, 9, 14, 6, tzinfo=timezone.utc),
            end=datetime(2026, 9, 15, 6, tzinfo=timezone.utc),
        )
        people = {"pi": Person(account="adalov"), "members": (Person(account="carlcarl"),)}
        ice = Proposal(number="20260101", title="Ice", beamlines=("demo",), schedule=(block,), **people)
        secret = Proposal(
            number="20260102", title="Secret", type="Proprietary", beamlines=("demo",), **people
        )
        self.known = {"20260101": ice, "20260102": secret}
        self.elsewhere: dict[str, Proposal] = {}
        self.is_open = True

    def proposal(self, number: str) -> Proposal:
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


def run(function) -> None:
    threading.Thread(target=function, daemon=True).start()


class Bench:
    """A keeper and what it works with."""

    def __init__(self, root: Path, state: Path) -> None:
        self.now = NOW
        self.office = OfficeInMemory()
        self.config = Config(
            beamline="demo",
            data_root=str(root),
            site_owner=f"#{os.geteuid()}",
            site_group=f"#{os.getegid()}",
            beamline_group=f"#{os.getegid()}",
            proposal_group=f"#{os.getegid()}",
            macro_servers=("macroserver/test/1",),
            staff=("lismei",),
            free_space_limit=0,
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
        def in_proposal(path: str) -> bool:
            return is_in_proposal(RULES, str(root), path)

        followed = ScanDirFollower(self.server, self.store, False, in_proposal)
        reader = SnapshotReader()
        reader.close()
        book = VisitBook(self.store.database)

        def kept(proposal: str) -> list[Kept]:
            return book.kept(proposal, self.clock())

        judge = Judge(self.remembering, self.people, "demo", RULES, self.clock, kept=kept)
        opener = Opener(self.config, RULES, judge, self.files, self.store.sample_code, self.clock, book)
        memory = OfficeMemory(self.remembering, self.people, "demo", RULES, run, lambda: None, kept=kept)
        users = VisitUsers(self.store.last, self.beamline, (), ())
        locking = VisitLocking(book, FilesHere(), opener.plan, self.clock)
        closing = VisitClosing(locking, users, closing_rules(self.config, self.people.has), self.clock)
        return Parts(
            beamline="demo",
            unowned_path=self.unowned,
            free_limit_gib=0,
            endstation_of=self.config.endstation_of,
            store=self.store,
            opener=opener,
            files=self.files,
            macro_servers=Followers([Follower(followed, 0.05, lambda: None)]),
            listeners=Followers([]),
            office=memory,
            watch=TreeWatch(self.files, self.unowned),
            growth=self.growth,
            guard=SwitchGuard(self.doors, self.growth, 10, self.config.endstation_of),
            siblings=Siblings(reader, "demo/ctl/sdm-01", (), list, lambda: None),
            closing=closing,
            tending=VisitTending(closing, memory, self.clock),
            inspector=FilesHere(),
            run=run,
            clock=self.clock,
        )

    def clock(self) -> datetime:
        """Return the time that a test has set."""
        return self.now


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    root.mkdir()
    files = FilesHere()
    config = Config(beamline="demo", site_owner=f"#{os.geteuid()}", site_group=f"#{os.getegid()}",
                    beamline_group=f"#{os.getegid()}")  # fmt: skip
    for plan in plan_site_part(RULES, str(root), "demo", config.principals(RULES, os.geteuid(), "")):
        files.make(plan)
    return root


@pytest.fixture
def bench(root: Path, tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(root, tmp_path / "state")
    bench.keeper.start()
    yield bench
    bench.keeper.stop()
