"""What the accounts of the office's people need. Pure."""

from collections.abc import Iterator

from sdm.groups.account_steps import EnableAccount, MakeHome, MoveAccount, SetPosix
from sdm.groups.entries import Account, Posix, account_member
from sdm.groups.numbers import free_numbers
from sdm.groups.settings import GroupsSettings, LdapSettings
from sdm.groups.steps import AddMember, Step
from sdm.groups.survey import Found
from sdm.groups.wanted import Wanted


def plan_accounts(wanted: Wanted, found: Found, settings: GroupsSettings) -> Iterator[Step]:
    """Yield the steps of the office's accounts, one account after the other; fixed ones stay as they are."""
    uids = _uids(found, settings)
    for name in sorted(wanted.office - wanted.fixed_accounts):
        account = found.accounts[name]
        if account is not None:
            yield from _unit(account, settings)
            posix = _wanted_posix(account, found, settings, uids)
            yield from _posix(account, posix)
            yield from [] if account.enabled else [EnableAccount(name)]
            yield from _visitors(name, found, settings)
            yield from _home(account, posix, settings)


def _unit(account: Account, settings: GroupsSettings) -> Iterator[Step]:
    if account.movable and isinstance(settings.directory, LdapSettings) and settings.directory.active_unit:
        yield MoveAccount(account.name, account.place, settings.directory.active_unit)


def _uids(found: Found, settings: GroupsSettings) -> Iterator[int]:
    if settings.posix is None or settings.posix.uid_range is None:
        return iter(())
    return free_numbers(settings.posix.uid_range, found.uids, "posix.uid_range")


def _wanted_posix(account: Account, found: Found, settings: GroupsSettings, uids: Iterator[int]) -> Posix:
    """Return what the account should have; its POSIX group is the visitors', never the proposal's."""
    if settings.posix is None:
        return Posix()
    visitors = found.groups[settings.visitors_group] if settings.visitors_group else None
    lacks_uid = account.posix.uid is None and settings.posix.uid_range is not None
    return Posix(
        uid=next(uids) if lacks_uid else None,
        gid=visitors.gid if visitors else None,
        home=settings.posix.home.format(account=account.name),
        shell=settings.posix.shell,
    )


def _posix(account: Account, wanted: Posix) -> Iterator[Step]:
    lacking = account.posix.lacking(wanted)
    if lacking.values():
        yield SetPosix(account.name, lacking)


def _visitors(name: str, found: Found, settings: GroupsSettings) -> Iterator[Step]:
    visitors = found.groups[settings.visitors_group] if settings.visitors_group else None
    if visitors and name not in visitors.accounts:
        yield AddMember(visitors.name, account_member(name))


def _home(account: Account, wanted: Posix, settings: GroupsSettings) -> Iterator[Step]:
    home = account.posix.home or wanted.home
    if home and not isinstance(settings.make_home, str):
        words = (word.format(account=account.name, home=home) for word in settings.make_home)
        yield MakeHome(account.name, home, tuple(words))
