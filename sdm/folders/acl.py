"""POSIX access control lists: as text in a rule set, as bytes in an extended attribute. Pure.

The text is that of ``setfacl``: ``u::rwx,g::rwx,o::---``. The bytes are Linux's
(``include/uapi/linux/posix_acl_xattr.h``): a version, then tag, permissions and id of each entry.
"""

import re
import struct
from collections.abc import Callable, Iterable
from enum import IntEnum

from pydantic import BaseModel, ConfigDict

from sdm.principal import Principal, parse_principal

READ, WRITE, ENTER = 4, 2, 1

_VERSION = 2
_NOBODY = 0xFFFFFFFF
_HEAD, _ENTRY = struct.Struct("<I"), struct.Struct("<HHI")
_TEXT = re.compile(r"(u|user|g|group|m|mask|o|other):([^:,]*):([r-][w-][x-])", re.ASCII)


class Tag(IntEnum):
    """Whom an entry is for, by Linux's numbers."""

    OWNER = 0x01
    USER = 0x02
    OWNING_GROUP = 0x04
    GROUP = 0x08
    MASK = 0x10
    OTHER = 0x20


_TAGS = {
    ("u", False): Tag.OWNER,
    ("u", True): Tag.USER,
    ("g", False): Tag.OWNING_GROUP,
    ("g", True): Tag.GROUP,
    ("m", False): Tag.MASK,
    ("o", False): Tag.OTHER,
}
_LETTERS = {
    Tag.OWNER: "u",
    Tag.USER: "u",
    Tag.OWNING_GROUP: "g",
    Tag.GROUP: "g",
    Tag.MASK: "m",
    Tag.OTHER: "o",
}


class Entry(BaseModel):
    """One line of a list; ``who`` is none but for a named account or group."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tag: Tag
    who: Principal | None = None
    may: int


Acl = tuple[Entry, ...]


def parse_acl(text: str) -> Acl:
    """Read a list as text; raises ValueError with what is wrong with it.

    Where somebody is named and no mask is given, the mask lets through what any entry allows.
    """
    entries = [_parse_entry(part.strip()) for part in text.split(",")]
    tags = [entry.tag for entry in entries]
    for tag in (Tag.OWNER, Tag.OWNING_GROUP, Tag.OTHER):
        if tags.count(tag) != 1:
            raise ValueError(f"{text!r} needs exactly one entry {_LETTERS[tag]}::…")
    if Tag.MASK not in tags and (Tag.USER in tags or Tag.GROUP in tags):
        entries.append(Entry(tag=Tag.MASK, may=_union(entries)))
    return tuple(sorted(entries, key=lambda entry: (entry.tag, str(entry.who))))


def acl_text(acl: Acl) -> str:
    """Return a list as ``setfacl`` reads it."""
    return ",".join(
        f"{_LETTERS[entry.tag]}:{'' if entry.who is None else entry.who}:{_may_text(entry.may)}"
        for entry in acl
    )


def to_bytes(acl: Acl, number: Callable[[Entry], int | None]) -> bytes:
    """Return a list as the kernel takes it.

    Parameters
    ----------
    number
        Returns the uid or gid of a named entry; an entry of somebody unknown is left out.
    """
    packed = []
    for entry in acl:
        who = _NOBODY if entry.who is None else number(entry)
        if who is not None:
            packed.append((int(entry.tag), who, entry.may))
    return _HEAD.pack(_VERSION) + b"".join(_ENTRY.pack(tag, may, who) for tag, who, may in sorted(packed))


def from_bytes(data: bytes) -> Acl:
    """Read what the kernel keeps; raises ValueError for a version that is not known."""
    if len(data) < _HEAD.size or _HEAD.unpack_from(data)[0] != _VERSION:
        raise ValueError("this access control list has a form that is not known")
    return tuple(
        Entry(tag=Tag(tag), who=None if who == _NOBODY else who, may=may)
        for tag, may, who in _ENTRY.iter_unpack(data[_HEAD.size :])
    )


def mask_of(acl: Acl) -> int:
    """Return what the mask lets through to all but owner and others; everything when there is none."""
    return next((entry.may for entry in acl if entry.tag == Tag.MASK), READ | WRITE | ENTER)


def true_mode(mode: int, acl: Acl) -> int:
    """Return a mode whose group bits say what the owning group may; ``stat`` shows the mask there."""
    group = next((entry.may for entry in acl if entry.tag == Tag.OWNING_GROUP), None)
    return mode if group is None else (mode & ~0o070) | ((group & mask_of(acl)) << 3)


def _parse_entry(text: str) -> Entry:
    match = _TEXT.fullmatch(text)
    tag = _TAGS.get((match[1][0], bool(match[2]))) if match else None
    if match is None or tag is None:
        raise ValueError(f"{text!r} is no entry such as u::rwx, g:staff:r-x or o::---")
    may = sum(bit for letter, bit in zip(match[3], (READ, WRITE, ENTER), strict=True) if letter != "-")
    return Entry(tag=tag, who=parse_principal(match[2]) if match[2] else None, may=may)


def _union(entries: Iterable[Entry]) -> int:
    may = 0
    for entry in entries:
        may |= entry.may if entry.tag in (Tag.USER, Tag.OWNING_GROUP, Tag.GROUP) else 0
    return may


def _may_text(may: int) -> str:
    return "".join(
        letter if may & bit else "-" for letter, bit in zip("rwx", (READ, WRITE, ENTER), strict=True)
    )
