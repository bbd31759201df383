"""Sardana's environment variable ``DataRecorder``: which recorders count where (pure).

It may be set for the server, for a Door, for a macro, and for a macro on a Door; the nearest one
wins, also when it is the empty list. Other recorders' names in it are not ours: they stay.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

VARIABLE = "DataRecorder"
OURS = "SciFishRecorder"
SERVER, DOOR = "server", "door"


@dataclass(frozen=True)
class Setting:
    """The variable in one scope.

    Attributes
    ----------
    key
        Its name in the environment, as ``door/demo/1.DataRecorder``.
    names
        The recorders.
    """

    key: str
    names: tuple[str, ...]

    @property
    def captures(self) -> bool:
        """Tell whether our recorder is among them."""
        return OURS in self.names


@dataclass(frozen=True)
class Change:
    """What to write: the names, or None to take the variable away."""

    key: str
    names: tuple[str, ...] | None


def switch(environment: Mapping[str, Any], door: str, scope: str, *, on: bool) -> Change | None:
    """Return what to write so that scans are captured, or not; None when that is so already.

    Parameters
    ----------
    environment
        The whole environment of the server, scoped variables with their full key.
    door
        Name of the Door the macro runs on.
    scope
        ``server``, ``door``, or the name of a macro.
    on
        Whether our recorder's name shall be there.
    """
    keys = _keys(door, scope)
    if scope not in (SERVER, DOOR) and (here := _first(environment, [f"{door}.{scope}.{VARIABLE}"])):
        keys = (here.key, *keys)  # set by somebody for this macro on this Door: it wins
    before = _first(environment, keys) or Setting(keys[0], ())
    if before.captures == on:
        return None
    names = (*before.names, OURS) if on else tuple(name for name in before.names if name != OURS)
    below = _first(environment, keys[1:])
    if below is not None and below.names == names:
        return Change(before.key, None)
    return Change(keys[0], names)


def winner(environment: Mapping[str, Any], door: str, macro: str = "") -> Setting | None:
    """Return the setting that counts for scans on a Door, or for one macro there; None: none is set."""
    keys = (f"{door}.{macro}.{VARIABLE}", *_keys(door, macro)) if macro else _keys(door, DOOR)
    return _first(environment, keys)


def settings(environment: Mapping[str, Any]) -> list[Setting]:
    """Return the variable in every scope that has it, the server's first."""
    found = [key for key in environment if key.split(".")[-1] == VARIABLE]
    found.sort(key=lambda key: (key.count("."), key))
    return [Setting(key, names_in(environment[key])) for key in found]


def macro_settings(environment: Mapping[str, Any], door: str) -> list[Setting]:
    """Return the settings that count for one macro each on a Door, instead of the Door's or the server's."""
    places = (setting.key.rpartition(".")[0] for setting in settings(environment))
    macros = {
        place.rpartition(".")[2].lower(): place.rpartition(".")[2] for place in places if _of_macro(place)
    }
    counting = (winner(environment, door, macro) for macro in macros.values())
    return [setting for setting in counting if setting and _of_macro(setting.key.rpartition(".")[0])]


def uncaptured_macros(environment: Mapping[str, Any], door: str) -> list[Setting]:
    """Return the settings by which scans of one macro each are not captured on a Door.

    Each is cured on that Door by ``capture on <macro>``; see ``macro_of``.
    """
    return [setting for setting in macro_settings(environment, door) if not setting.captures]


def macro_of(setting: Setting) -> str:
    """Return the name of the macro that a setting is for, empty when it is for a Door or the server."""
    place = setting.key.rpartition(".")[0]
    return place.rpartition(".")[2] if _of_macro(place) else ""


def names_in(value: Any) -> tuple[str, ...]:
    """Return the names in the variable's value: a name, or a list of names."""
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else tuple(str(name) for name in value)


def scope_of(key: str) -> str:
    """Return a key's scope in words."""
    place = key.rpartition(".")[0]
    if not place:
        return "the server"
    door, _, macro = place.rpartition(".")
    if door:
        return f"macro {macro} on {door}"
    return f"Door {place}" if place.count("/") == 2 else f"macro {place}"


def _of_macro(place: str) -> bool:
    """Tell whether a key's place is a macro, on one Door or on all."""
    return bool(place) and "/" not in place.rpartition(".")[2]


def _keys(door: str, scope: str) -> Sequence[str]:
    """Return the keys that count in a scope, nearest first."""
    if scope == SERVER:
        return (VARIABLE,)
    at_door = (f"{door}.{VARIABLE}", VARIABLE)
    return at_door if scope == DOOR else (f"{scope}.{VARIABLE}", *at_door)


def _first(environment: Mapping[str, Any], keys: Sequence[str]) -> Setting | None:
    by_key = {key.lower(): key for key in environment}
    for key in keys:
        if (found := by_key.get(key.lower())) is not None:
            return Setting(found, names_in(environment[found]))
    return None
