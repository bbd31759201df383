"""Putting a keeper together from its configuration, with the real parts."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from pathfixer.config import Config
from pathfixer.follower import Follower, Run
from pathfixer.followers import Followers
from pathfixer.keeper import Keeper
from pathfixer.neighbours import Neighbours
from pathfixer.office_memory import OfficeMemory
from pathfixer.opening import Opener
from pathfixer.parts import Parts
from pathfixer.sardana import MacroServerEnvironment
from pathfixer.store import Store
from pathfixer.visit_book import VisitBook
from pathfixer.visit_closing import ClosingRules, VisitClosing
from pathfixer.visit_locking import VisitLocking
from pathfixer.visit_tending import VisitTending
from pathfixer.visit_users import VisitUsers
from pathfixer.watch import TreeWatch
from sdm.file_worker import FileWorker
from sdm.path_rules import PathRules, is_in_proposal
from sdm.rule_files import load_rules
from sdm.user_office.choose import open_office, parse_settings


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
    office = open_office(config.user_office, parse_settings(config.user_office_settings))
    unowned = config.unowned(rules)
    store = Store.open(config.state_folder(device))
    book = VisitBook.open(config.state_folder(device))
    files = FileWorker(config.file_timeout)
    opener = Opener(config, rules, office, files, store.sample_code, now_utc, book)
    memory = OfficeMemory(office, config.beamline, rules, run, on_change, now_utc, book.kept)
    users = VisitUsers(store.last, Neighbours(), config.siblings, config.all_macro_servers())
    locking = VisitLocking(book, FileWorker(config.file_timeout), opener.plan, now_utc)
    closing = VisitClosing(locking, users, closing_rules(config), now_utc)
    parts = Parts(
        beamline=config.beamline,
        unowned_path=unowned,
        free_limit_gib=config.free_space_limit,
        servers_of=config.macro_servers_of,
        store=store,
        opener=opener,
        files=files,
        followers=_followers(config, rules, store, on_change),
        office=memory,
        watch=TreeWatch(files, unowned),
        closing=closing,
        tending=VisitTending(closing, memory, now_utc),
        inspector=FileWorker(config.file_timeout),
        run=run,
        clock=now_utc,
        writers=config.writers,
        standing_complaints=standing_complaints,
    )
    return Keeper(parts, on_change)


def closing_rules(config: Config) -> ClosingRules:
    """Return when visits close; root counts as staff."""
    return ClosingRules(
        grace=timedelta(hours=config.visit_grace),
        reopened=timedelta(hours=config.reopened_for),
        is_staff=lambda name: name == "root" or name in config.staff,
    )


def now_utc() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(timezone.utc)


def _followers(config: Config, rules: PathRules, store: Store, on_change: Callable[[], None]) -> Followers:
    def in_proposal(path: str) -> bool:
        return is_in_proposal(rules, config.data_root, path)

    return Followers(
        [
            Follower(
                MacroServerEnvironment(name),
                store,
                config.put_back,
                in_proposal,
                config.watch_interval,
                on_change,
            )
            for name in config.all_macro_servers()
        ]
    )
