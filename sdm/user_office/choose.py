"""Choosing a user office by name: an entry point group lets a site bring its own."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from sdm.errors import OfficeSettingsError
from sdm.user_office.protocol import UserOffice

GROUP = "scizoo.user_office"
"""Entry points of this group are a site's own offices."""

SHIPPED = (
    EntryPoint("duo", "sdm.user_office.duo:DuoOffice", GROUP),
    EntryPoint("scicat", "sdm.user_office.scicat:ScicatOffice", GROUP),
    EntryPoint("yaml", "sdm.user_office.yaml_office:YamlOffice", GROUP),
)
"""Ours; nobody else's office may bear their names."""


def open_office(kind: str, settings: Mapping[str, str]) -> UserOffice:
    """Return the user office of a kind, made with its settings; asks it nothing yet.

    Parameters
    ----------
    kind
        ``duo``, ``scicat``, ``yaml``, or the name of an entry point in group ``scizoo.user_office``.
    settings
        Handed to the implementation as keyword arguments, e.g. ``{"file": "/etc/office.yaml"}``.

    Raises
    ------
    OfficeSettingsError
        No such kind is installed, or a setting is missing or unknown.
    """
    factory = _factory(kind)
    try:
        bound = inspect.signature(factory).bind(**settings)
    except TypeError as error:
        raise OfficeSettingsError(
            f"user office {kind!r}: {error} in its settings {sorted(settings)}"
        ) from None
    try:
        return cast(UserOffice, factory(*bound.args, **bound.kwargs))
    except OfficeSettingsError as error:
        raise OfficeSettingsError(f"user office {kind!r}: {error}") from None


def _factory(kind: str) -> Callable[..., object]:
    found = {point.name: point for point in (*entry_points(group=GROUP), *SHIPPED)}
    if kind not in found:
        raise OfficeSettingsError(
            f"no user office {kind!r} is installed (there is: {', '.join(sorted(found))})"
        )
    try:
        return cast(Callable[..., object], found[kind].load())
    except (ImportError, AttributeError) as error:
        raise OfficeSettingsError(f"user office {kind!r} cannot be loaded: {error}") from None


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
