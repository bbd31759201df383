"""Changes of one account: its unit, its POSIX attributes, whether it may log in, its home."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from sdm.groups.entries import Account, Posix
from sdm.groups.errors import DirectoryRefusedError
from sdm.groups.steps import Site, Step

HOME_LIMIT_S = 120


def read_account(site: Site, name: str) -> Account:
    """Return an account; raises DirectoryRefusedError when it is gone."""
    account = site.directory.account(name)
    if account is None:
        raise DirectoryRefusedError(f"account {name} is in the directory no more")
    return account


@dataclass(frozen=True)
class MoveAccount(Step):
    """Move an account to the unit of those who may measure."""

    account: str
    place: str
    unit: str

    @property
    def text(self) -> str:
        """In words."""
        return f"move account {self.account} from {self.place} to {self.unit}"

    def is_done(self, site: Site) -> bool:
        """Tell whether it stands there, or in a unit whose accounts stay."""
        return not read_account(site, self.account).movable

    def do(self, site: Site) -> None:
        """Move it."""
        site.directory.move_account(self.account)


@dataclass(frozen=True)
class SetPosix(Step):
    """Give an account the POSIX attributes that it lacks."""

    account: str
    values: Posix

    @property
    def text(self) -> str:
        """In words."""
        pairs = ", ".join(f"{name} {value}" for name, value in self.values.values().items())
        return f"give account {self.account} {pairs}"

    def is_done(self, site: Site) -> bool:
        """Tell whether it lacks none of them."""
        return not read_account(site, self.account).posix.lacking(self.values).values()

    def do(self, site: Site) -> None:
        """Set what it lacks; a uid is unique before and after."""
        lacking = read_account(site, self.account).posix.lacking(self.values)
        if lacking.uid is not None and (bearers := site.directory.accounts_with_number(lacking.uid)):
            raise DirectoryRefusedError(f"uid {lacking.uid} went to {bearers[0]} meanwhile: plan again")
        site.directory.set_posix(self.account, lacking)
        if lacking.uid is not None and len(site.directory.accounts_with_number(lacking.uid)) > 1:
            site.directory.clear_uid(self.account)
            raise DirectoryRefusedError(f"uid {lacking.uid} went to somebody else meanwhile: plan again")


@dataclass(frozen=True)
class EnableAccount(Step):
    """Let an account log in."""

    account: str

    @property
    def text(self) -> str:
        """In words."""
        return f"enable account {self.account}"

    def is_done(self, site: Site) -> bool:
        """Tell whether it may."""
        return read_account(site, self.account).enabled

    def do(self, site: Site) -> None:
        """Take away what keeps it from logging in."""
        site.directory.enable_account(self.account)


@dataclass(frozen=True)
class MakeHome(Step):
    """Make an account's home by the configured command; the home is visible on this machine."""

    account: str
    home: str
    command: tuple[str, ...]

    @property
    def text(self) -> str:
        """In words."""
        return f"make home {self.home} of {self.account}: {' '.join(self.command)}"

    def is_done(self, site: Site) -> bool:
        """Tell whether it is there."""
        return Path(self.home).is_dir()

    def do(self, site: Site) -> None:
        """Run the command."""
        try:
            done = subprocess.run(
                self.command, capture_output=True, text=True, timeout=HOME_LIMIT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DirectoryRefusedError(f"make_home: {error}") from None
        if done.returncode:
            said = " ".join(done.stderr.split()) or f"exit status {done.returncode}"
            raise DirectoryRefusedError(f"make_home: {self.command[0]}: {said}")
