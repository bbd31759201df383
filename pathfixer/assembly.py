"""Putting a keeper together from its configuration, with the real parts."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from pathfixer.claims import Claims
from pathfixer.config import Config
from pathfixer.follower import Follower, Run
from pathfixer.followers import Followers
from pathfixer.group_notes import GroupNotes
from pathfixer.keeper import Keeper, Parts
from pathfixer.office_memory import OfficeMemory
from pathfixer.opening import Opener
from pathfixer.sardana import MacroServerEnvironment
from pathfixer.staff import Staff
from pathfixer.store import Store
from pathfixer.watch import TreeWatch
from sdm.accounts import this_account
from sdm.file_worker import FileWorker
from sdm.path_rules import PathRules, is_in_proposal
from sdm.principal import Principal
from sdm.rule_files import load_rules
from sdm.user_office.choose import open_office, parse_settings
from sdm.user_office.disk_cache import DiskCache
from sdm.user_office.protocol import UserOffice
from sdm.user_office.remembering import RememberingOffice


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
    claims = Claims(office, staff, config.beamline, rules, now_utc, _group_notes(config, rules).about)
    files = FileWorker(config.file_timeout)
    parts = Parts(
        beamline=config.beamline,
        unowned_path=unowned,
        free_limit_gib=config.free_space_limit,
        servers_of=config.macro_servers_of,
        store=store,
        opener=Opener(config, rules, claims, files, store.sample_code, now_utc),
        files=files,
        followers=_followers(config, rules, store, on_change),
        office=OfficeMemory(office, staff, config.beamline, rules, run, on_change),
        watch=TreeWatch(files, unowned),
        run=run,
        clock=now_utc,
        standing_complaints=standing_complaints,
    )
    return Keeper(parts, on_change)


def now_utc() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(timezone.utc)


def _remembering(config: Config, device: str, rules: PathRules, office: UserOffice) -> RememberingOffice:
    keep = timedelta(days=config.office_memory)
    file = config.state_folder(device) / "office.db"
    cache = DiskCache(file, rules.proprietary_types, keep, now_utc)
    return RememberingOffice(office, cache, rules.proprietary_types, now_utc)


def _group_notes(config: Config, rules: PathRules) -> GroupNotes:
    def group_of(proposal: str) -> Principal:
        return config.principals(rules, os.geteuid(), proposal).proposal

    fixed = (this_account(), *config.fixed_members)
    return GroupNotes(group_of, config.beamline_principal(rules), fixed)


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
