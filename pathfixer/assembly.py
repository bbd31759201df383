"""Putting a keeper together from its configuration, with the real parts."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone

from pathfixer.admission.group_notes import notes_for
from pathfixer.admission.judge import Judge
from pathfixer.admission.office_memory import OfficeMemory
from pathfixer.admission.staff import Staff
from pathfixer.admission.visits_here import VisitsHere
from pathfixer.config import Config
from pathfixer.doors import Doors
from pathfixer.following.follower import Follower, Run
from pathfixer.following.followers import Followers
from pathfixer.following.listener import Listener
from pathfixer.following.scan_dir_follower import ScanDirFollower
from pathfixer.following.suspense import Suspense
from pathfixer.following.tango_attribute import TangoAttribute
from pathfixer.keeper import Keeper
from pathfixer.opening import Opener
from pathfixer.parts import Parts
from pathfixer.registry import has_signed_off, process_of, running_path_fixers
from pathfixer.sample_codes import SampleCodes
from pathfixer.sardana import MacroServerEnvironment
from pathfixer.siblings import Siblings
from pathfixer.store import Store
from pathfixer.switch_guard import SwitchGuard
from pathfixer.visits.book import VisitBook
from pathfixer.visits.closing import ClosingRules, VisitClosing
from pathfixer.visits.locking import VisitLocking
from pathfixer.visits.neighbours import Neighbours
from pathfixer.visits.sheets import VisitSheets
from pathfixer.visits.tending import VisitTending
from pathfixer.visits.users import VisitUsers
from pathfixer.watch import TreeWatch
from scifish.attributes.reader import SnapshotReader
from sdm.folders.file_worker import FileWorker
from sdm.folders.growth_watch import GrowthWatch
from sdm.path_rules import is_in_proposal
from sdm.rule_files import load_rules
from sdm.user_office.choose import open_office, parse_settings
from sdm.user_office.disk_cache import DiskCache
from sdm.user_office.protocol import UserOffice
from sdm.user_office.remembering import RememberingOffice
from sdm.visits import Kept


def assemble(
    config: Config,
    device: str,
    run: Run,
    on_change: Callable[[], None],
    standing_complaints: tuple[str, ...] = (),
) -> Keeper:
    """Return the keeper of a device, with the stored session; asks nobody anything yet.

    Parameters
    ----------
    config
        What the site has configured.
    device
        Tango name, for the default state directory.
    run
        Runs a function on a daemon thread.
    on_change
        Called, on any thread, when something that is shown has changed.
    standing_complaints
        What is wrong already, in words for the status.

    Raises
    ------
    StoreError
        The state directory cannot be used, or another process has it.
    SdmError
        The rules or the user office are not configured rightly.
    """
    site = _Site(config, device, run, on_change)
    return Keeper(site.parts(standing_complaints), on_change)


def closing_rules(config: Config, is_staff: Callable[[str], bool]) -> ClosingRules:
    """Return when visits close; root counts as staff."""
    return ClosingRules(
        grace=timedelta(hours=config.visit_grace),
        reopened=timedelta(hours=config.reopened_for),
        is_staff=lambda name: name == "root" or is_staff(name),
    )


def now_utc() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(timezone.utc)


class _Site:
    """What the parts of one keeper share; the store is opened when all else is known to be right."""

    def __init__(self, config: Config, device: str, run: Run, on_change: Callable[[], None]) -> None:
        self._config, self._device, self._run, self._on_change = config, device, run, on_change
        self._rules = load_rules(config.rules)
        asked = open_office(config.user_office, parse_settings(config.user_office_settings))
        self._unowned = config.unowned(self._rules)
        self._store = Store.open(config.state_folder(device))
        self._office = self._remembering(asked)
        self._staff = Staff(config.beamline_principal(self._rules), config.staff, run, on_change)
        self._book = VisitBook(self._store.database, now_utc)
        self._files, self._locker = self._worker(), self._worker()
        self._sheets = VisitSheets(self._book, self._files, self._locker, config, self._rules, device)
        self._judge = self._new_judge()
        self._growth = GrowthWatch(config.growth_listing, run)
        self._reader = SnapshotReader()
        self._doors = Doors(self._reader, has_signed_off)

    def parts(self, standing_complaints: tuple[str, ...]) -> Parts:
        """Return all parts."""
        config, opener = self._config, self._opener()
        memory = OfficeMemory(
            self._office, self._staff, self._visits_by(self._book.kept), self._run, self._on_change
        )
        closing = self._closing(opener)
        return Parts(
            beamline=config.beamline,
            unowned_path=self._unowned,
            sheets=self._sheets,
            free_limit_gib=config.free_space_limit,
            endstation_of=config.endstation_of,
            store=self._store,
            judge=self._judge,
            recheck_interval_s=config.office_recheck,
            opener=opener,
            files=self._files,
            macro_servers=self._macro_servers(),
            listeners=self._listeners(),
            office=memory,
            watch=TreeWatch(self._files, self._unowned),
            growth=self._growth,
            guard=SwitchGuard(self._doors, self._growth, config.growth_window, config.endstation_of),
            siblings=self._siblings(),
            closing=closing,
            tending=VisitTending(closing, memory, now_utc),
            inspector=self._worker(),
            run=self._run,
            clock=now_utc,
            writers=config.writers,
            standing_complaints=standing_complaints,
        )

    def _worker(self) -> FileWorker:
        return FileWorker(self._config.file_timeout)

    def _visits_by(self, kept: Callable[[str], Sequence[Kept]]) -> VisitsHere:
        return VisitsHere(self._config.beamline, self._rules, kept)

    def _remembering(self, office: UserOffice) -> RememberingOffice:
        keep = timedelta(days=self._config.office_memory)
        file = self._config.state_folder(self._device) / "office.db"
        cache = DiskCache(file, self._rules.proprietary_types, keep, now_utc)
        return RememberingOffice(office, cache, self._rules.proprietary_types, now_utc)

    def _new_judge(self) -> Judge:
        visits, about_groups = self._visits_by(self._sheets.kept), notes_for(self._config, self._rules).about
        return Judge(self._office, self._staff, visits, now_utc, about_groups)

    def _opener(self) -> Opener:
        return Opener(
            self._config,
            self._rules,
            self._judge,
            self._files,
            SampleCodes(self._store.database),
            now_utc,
            self._book,
            self._device,
        )

    def _closing(self, opener: Opener) -> VisitClosing:
        config = self._config
        neighbours, own = Neighbours(self._doors), config.endstation_of(None).macro_servers
        users = VisitUsers(self._store.last, neighbours, config.siblings, own)
        locking = VisitLocking(self._book, self._sheets, self._locker, opener.plan, now_utc)
        return VisitClosing(locking, users, closing_rules(config, self._staff.has), now_utc)

    def _macro_servers(self) -> Followers:
        config = self._config

        def in_proposal(path: str) -> bool:
            return is_in_proposal(self._rules, config.data_root, path)

        def followed(name: str) -> ScanDirFollower:
            environment = MacroServerEnvironment(name)
            return ScanDirFollower(environment, self._store, config.put_back, in_proposal, config.scan_file)

        names = config.endstation_of(None).macro_servers
        return Followers([Follower(followed(name), config.watch_interval, self._on_change) for name in names])

    def _listeners(self) -> Followers:
        config, suspense = self._config, self._suspense()
        listeners = [
            Listener(line, TangoAttribute(line.attribute), self._store, config.put_back, suspense.reason)
            for line in config.listener_lines()
        ]
        return Followers([Follower(one, config.watch_interval, self._on_change) for one in listeners])

    def _suspense(self) -> Suspense:
        return Suspense(self._store.last_move, self._doors, self._config.endstation_of, process_of)

    def _siblings(self) -> Siblings:
        config = self._config

        def others() -> list[str]:
            return [*config.siblings, *running_path_fixers()]

        own = config.endstation_of(None).macro_servers
        return Siblings(self._reader, self._device, own, others, self._on_change)
