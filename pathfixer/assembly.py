"""Putting a keeper together from its configuration, with the real parts."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from pathfixer.admission.group_notes import notes_for
from pathfixer.admission.judge import Judge
from pathfixer.admission.office_memory import OfficeMemory
from pathfixer.admission.staff import Staff
from pathfixer.config import Config
from pathfixer.doors import Doors
from pathfixer.following.follower import Follower, Run
from pathfixer.following.followers import Followers
from pathfixer.following.listener import Listener
from pathfixer.following.scan_dir_follower import ScanDirFollower
from pathfixer.following.tango_attribute import TangoAttribute
from pathfixer.keeper import Keeper
from pathfixer.opening import Opener
from pathfixer.parts import Parts
from pathfixer.registry import has_signed_off, running_path_fixers
from pathfixer.sardana import MacroServerEnvironment
from pathfixer.siblings import Siblings
from pathfixer.store import Store
from pathfixer.switch_guard import SwitchGuard
from pathfixer.visits.book import VisitBook
from pathfixer.visits.closing import ClosingRules, VisitClosing
from pathfixer.visits.locking import VisitLocking
from pathfixer.visits.neighbours import Neighbours
from pathfixer.visits.tending import VisitTending
from pathfixer.visits.users import VisitUsers
from pathfixer.watch import TreeWatch
from scifish.reader import SnapshotReader
from sdm.folders.file_worker import FileWorker
from sdm.folders.growth_watch import GrowthWatch
from sdm.path_rules import PathRules, is_in_proposal
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
    rules = load_rules(config.rules)
    asked = open_office(config.user_office, parse_settings(config.user_office_settings))
    unowned = config.unowned(rules)
    store = Store.open(config.state_folder(device))
    office = _remembering(config, device, rules, asked)
    staff = Staff(config.beamline_principal(rules), config.staff, run, on_change)
    book = VisitBook(store.database)

    def kept(proposal: str) -> list[Kept]:
        return book.kept(proposal, now_utc())

    judge = Judge(office, staff, config.beamline, rules, now_utc, notes_for(config, rules).about, kept)
    files, growth, reader = (
        FileWorker(config.file_timeout),
        GrowthWatch(config.growth_listing, run),
        SnapshotReader(),
    )
    doors = Doors(reader, has_signed_off)
    opener = Opener(config, rules, judge, files, store.sample_code, now_utc, book)
    memory = OfficeMemory(office, staff, config.beamline, rules, run, on_change, kept=kept)
    users = VisitUsers(
        store.last, Neighbours(doors), config.siblings, config.endstation_of(None).macro_servers
    )
    locking = VisitLocking(book, FileWorker(config.file_timeout), opener.plan, now_utc)
    closing = VisitClosing(locking, users, closing_rules(config, staff.has), now_utc)
    return Keeper(
        Parts(
            beamline=config.beamline,
            unowned_path=unowned,
            free_limit_gib=config.free_space_limit,
            endstation_of=config.endstation_of,
            store=store,
            opener=opener,
            files=files,
            macro_servers=_macro_servers(config, rules, store, on_change),
            listeners=_listeners(config, store, on_change),
            office=memory,
            watch=TreeWatch(files, unowned),
            growth=growth,
            guard=SwitchGuard(doors, growth, config.growth_window, config.endstation_of),
            siblings=_siblings(config, device, reader, on_change),
            closing=closing,
            tending=VisitTending(closing, memory, now_utc),
            inspector=FileWorker(config.file_timeout),
            run=run,
            clock=now_utc,
            writers=config.writers,
            standing_complaints=standing_complaints,
        ),
        on_change,
    )


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


def _remembering(config: Config, device: str, rules: PathRules, office: UserOffice) -> RememberingOffice:
    keep = timedelta(days=config.office_memory)
    file = config.state_folder(device) / "office.db"
    cache = DiskCache(file, rules.proprietary_types, keep, now_utc)
    return RememberingOffice(office, cache, rules.proprietary_types, now_utc)


def _macro_servers(
    config: Config, rules: PathRules, store: Store, on_change: Callable[[], None]
) -> Followers:
    def in_proposal(path: str) -> bool:
        return is_in_proposal(rules, config.data_root, path)

    def followed(name: str) -> ScanDirFollower:
        environment = MacroServerEnvironment(name)
        return ScanDirFollower(environment, store, config.put_back, in_proposal, config.scan_file)

    names = config.endstation_of(None).macro_servers
    return Followers([Follower(followed(name), config.watch_interval, on_change) for name in names])


def _listeners(config: Config, store: Store, on_change: Callable[[], None]) -> Followers:
    listeners = [
        Listener(line, TangoAttribute(line.attribute), store, config.put_back)
        for line in config.listener_lines()
    ]
    return Followers([Follower(one, config.watch_interval, on_change) for one in listeners])


def _siblings(config: Config, device: str, reader: SnapshotReader, on_change: Callable[[], None]) -> Siblings:
    def others() -> list[str]:
        return [*config.siblings, *running_path_fixers()]

    return Siblings(reader, device, config.endstation_of(None).macro_servers, others, on_change)
