"""The accounts and groups that this machine's own files name. Pure: text in."""

from dataclasses import dataclass

from sdm.groups.errors import DirectoryUnavailableError


@dataclass(frozen=True)
class PasswdLine:
    """One account of ``/etc/passwd``."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str


@dataclass(frozen=True)
class GroupLine:
    """One group of ``/etc/group``."""

    name: str
    gid: int
    members: tuple[str, ...]


def parse_passwd(text: str) -> list[PasswdLine]:
    """Return the accounts of the file; raises DirectoryUnavailableError for a line that is none."""
    lines = [_fields(line, 7) for line in text.splitlines() if _counts(line)]
    return [PasswdLine(name, int(uid), int(gid), home, shell) for name, _, uid, gid, _, home, shell in lines]


def parse_group(text: str) -> list[GroupLine]:
    """Return the groups of the file; raises DirectoryUnavailableError for a line that is none."""
    lines = [_fields(line, 4) for line in text.splitlines() if _counts(line)]
    return [
        GroupLine(name, int(gid), tuple(filter(None, members.split(",")))) for name, _, gid, members in lines
    ]


def parse_expiry(text: str) -> dict[str, int]:
    """Return on which day, counted from 1970-01-01, accounts of ``/etc/shadow`` expire."""
    lines = [_fields(line, 9) for line in text.splitlines() if _counts(line)]
    return {fields[0]: int(fields[7]) for fields in lines if fields[7]}


def _counts(line: str) -> bool:
    return bool(line.strip()) and not line.startswith(("+", "-", "#"))


def _fields(line: str, count: int) -> list[str]:
    fields = line.split(":")
    if len(fields) != count:
        raise DirectoryUnavailableError(
            f"{line!r} has {len(fields)} fields, {count} are wanted: run pwck, grpck"
        )
    return fields
