"""Choosing a user office by name: an entry point group lets a site bring its own."""

import inspect
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from typing import cast

from sdm.errors import OfficeSettingsError
from sdm.user_office.protocol import UserOffice

GROUP = "scizoo.user_office"


def open_office(kind: str, settings: Mapping[str, str]) -> UserOffice:
    """Return the user office of a kind, made with its settings; asks it nothing yet.

    Parameters
    ----------
    kind
        Name of an entry point in group ``scizoo.user_office``, e.g. ``yaml``.
    settings
        Handed to the implementation as keyword arguments, e.g. ``{"file": "/etc/office.yaml"}``.

    Raises
    ------
    OfficeSettingsError
        No such kind is installed, or a setting is missing or unknown.
    """
    found = {point.name: point for point in entry_points(group=GROUP)}
    if kind not in found:
        names = ", ".join(sorted(found)) or "none: is scizoo installed?"
        raise OfficeSettingsError(f"no user office {kind!r} is installed (there is: {names})")
    factory = found[kind].load()
    try:
        bound = inspect.signature(factory).bind(**settings)
    except TypeError as error:
        raise OfficeSettingsError(
            f"user office {kind!r}: {error} in its settings {sorted(settings)}"
        ) from None
    return cast(UserOffice, factory(*bound.args, **bound.kwargs))


def parse_settings(lines: Iterable[str]) -> dict[str, str]:
    """Read ``name=value`` lines.

    Raises
    ------
    OfficeSettingsError
        With the line that is none.
    """
    settings = {}
    for line in lines:
        name, equals, value = (piece.strip() for piece in line.partition("="))
        if not equals or not name:
            raise OfficeSettingsError(f"{line!r} is not name=value")
        settings[name] = value
    return settings
