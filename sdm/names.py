"""Which names may become part of a path: a whitelist per field, with the reason of a refusal.

Everything here ends in a path, on Linux and through SMB on Windows, and in Sardana's environment,
which turns text that looks like a number into a number.
"""

import re
from collections.abc import Collection

from sdm.errors import NameRefusedError

LONGEST = 64
"""Characters of one name; a path of ten of them stays far below every file system's limit."""

ALLOWED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*", re.ASCII)

WINDOWS_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
"""Names that a Windows client of the same storage cannot open."""

_SHAPES = {
    "beamline": (re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII), "a lower-case letter, then a-z, 0-9 and -"),
    "username": (re.compile(r"[a-z][a-z0-9_-]*", re.ASCII), "a lower-case letter, then a-z, 0-9, _ and -"),
}
"""Narrower whitelists; a name of digits alone would reach Sardana's scans as a number."""


def check_name(field: str, value: str, reserved: Collection[str] = ()) -> str:
    """Return the name when it may be one component of a path.

    Parameters
    ----------
    field
        What is named: beamline, proposal, visit, sample, username, … Two of them have a
        narrower whitelist of their own.
    value
        The name as it was given; it is never corrected.
    reserved
        Names that mean something else in the same folder, compared without case.

    Raises
    ------
    NameRefusedError
        With the field, the value and the reason.
    """
    reason = _objection(value, reserved) or _objection_of_field(field, value)
    if reason:
        raise NameRefusedError(field, value, reason)
    return value


def check_sample(value: str, depth: int, reserved: Collection[str] = ()) -> tuple[str, ...]:
    """Return the folders of a sample, outermost first; an empty text has none.

    Parameters
    ----------
    value
        One name, or several with ``/`` between them, e.g. ``plastic/plastic-s1``.
    depth
        How many folders a sample may have.
    reserved
        Names that no folder of a sample may bear, compared without case.

    Raises
    ------
    NameRefusedError
        When one of the folders is refused, or there are too many.
    """
    if not value:
        return ()
    parts = value.split("/")
    if len(parts) > depth:
        raise NameRefusedError("sample", value, f"it has {len(parts)} folders, at most {depth} are allowed")
    for part in parts:
        reason = _objection(part, reserved)
        if reason:
            raise NameRefusedError("sample", value, reason)
    return tuple(parts)


def _objection(value: str, reserved: Collection[str]) -> str | None:
    if not value:
        return "a name must not be empty"
    if len(value) > LONGEST:
        return f"it has {len(value)} characters, at most {LONGEST} are allowed"
    if value.startswith("-"):
        return "a leading dash would be taken for an option"
    if not ALLOWED.fullmatch(value):
        return _unwanted_characters(value)
    if ".." in value or value.endswith("."):
        return "two dots, or a dot at the end, lead elsewhere or get lost"
    return _taken(value, reserved)


def _unwanted_characters(value: str) -> str:
    strange = sorted({character for character in value if not re.match(r"[A-Za-z0-9._-]", character)})
    if not strange:
        return "it must begin with a letter or a digit"
    shown = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in strange[:5])
    return f"only A-Z, a-z, 0-9, dot, dash and underscore are allowed, not {shown}"


def _taken(value: str, reserved: Collection[str]) -> str | None:
    if value.lower() in {name.lower() for name in reserved}:
        return "this name is reserved for a folder of the visit"
    if value.split(".")[0].lower() in WINDOWS_DEVICES:
        return "Windows keeps this name for a device"
    return None


def _objection_of_field(field: str, value: str) -> str | None:
    shape = _SHAPES.get(field)
    if shape is None or shape[0].fullmatch(value):
        return None
    return f"it must be {shape[1]}"
