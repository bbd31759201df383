"""Whether a folder is still the same one: device, inode and owner. Pure.

A member of the proposal's group may put another folder in the place of one of ours; scans would
follow it. A device number changes with every mount, which is no attack: it is taken as one when
the outermost folder, where only the site may write, has a new number too.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol


class Identity(NamedTuple):
    """What tells a folder from every other one."""

    device: int
    inode: int
    uid: int


Identities = dict[str, Identity]
"""By path."""


class Known(Protocol):
    """A folder that was looked at."""

    @property
    def path(self) -> str:
        """Where it is."""
        ...

    @property
    def identity(self) -> Identity:
        """What it is."""
        ...


class Comparison:
    """Compares folders with what they were, outermost first.

    Parameters
    ----------
    before
        What they were, by path.
    """

    def __init__(self, before: Identities) -> None:
        self._before = before
        self._devices: dict[int, int] = {}
        self._mounted_anew: bool | None = None

    def difference(self, path: str, now: Identity) -> str | None:
        """Return a sentence when this is not the folder it was; none when it is, or was never seen."""
        before = self._before.get(path)
        if before is None or (self._same_device(before, now) and before[1:] == now[1:]):
            return None
        return (
            f"{path} is not the folder it was ({_words(before)}, now {_words(now)}): find out who replaced "
            f"it; staff take it as it is with: scizoo visit trust"
        )

    def _same_device(self, before: Identity, now: Identity) -> bool:
        if self._mounted_anew is None:
            self._mounted_anew = before.device != now.device
        if before.device != now.device and not self._mounted_anew:
            return False
        return self._devices.setdefault(before.device, now.device) == now.device


def identities(folders: Iterable[Known]) -> Identities:
    """Return what tells whether folders are still the same ones."""
    return {folder.path: folder.identity for folder in folders}


def changed_folder(now: Identities, before: Identities) -> str | None:
    """Return a sentence about the first folder that is another one than before; outermost come first."""
    return next((sentence for _, sentence in _changes(now, before)), None)


def changed_path(now: Identities, before: Identities) -> str | None:
    """Return the first folder that is another one than before; outermost come first."""
    return next((path for path, _ in _changes(now, before)), None)


def _changes(now: Identities, before: Identities) -> Iterator[tuple[str, str]]:
    comparison = Comparison(before)
    for path, identity in now.items():
        sentence = comparison.difference(path, identity)
        if sentence:
            yield path, sentence


def _words(identity: Identity) -> str:
    return f"inode {identity.inode} of uid {identity.uid} on device {identity.device}"
