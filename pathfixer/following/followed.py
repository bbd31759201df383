"""Which PathFixer a MacroServer follows: the running one that names it in its properties."""

import re
from collections.abc import Iterable, Mapping

from pathfixer.errors import CommandError
from scifish.errors import NoDatabaseError
from scifish.tango_database import properties_of, running_devices_of

CLASS = "PathFixer"
NAMING = ("MacroServers", "Endstations")
"""Properties that name MacroServers; in the second they stand between other words."""


class NotFollowedError(CommandError):
    """No running PathFixer, or more than one, names the MacroServer; the text says what staff can do."""


def followed_path_fixer(macro_server: str) -> str:
    """Return the device; only the Tango database is asked, so a frozen PathFixer is found too.

    Parameters
    ----------
    macro_server
        Tango name, with or without its database.

    Raises
    ------
    NotFollowedError
        The choice is not clear, or the database does not answer.
    """
    try:
        properties = {device: properties_of(device, NAMING) for device in running_devices_of(CLASS)}
    except NoDatabaseError as error:
        raise NotFollowedError(str(error)) from None
    return choose(macro_server, properties)


def choose(macro_server: str, properties: Mapping[str, Mapping[str, Iterable[str]]]) -> str:
    """Return the device whose properties name a MacroServer; raises NotFollowedError."""
    name = short(macro_server)
    found = sorted(
        device
        for device, named in properties.items()
        if any(name in _names(line) for lines in named.values() for line in lines)
    )
    if len(found) == 1:
        return found[0]
    if found:
        raise NotFollowedError(f"{name} is named by {' and '.join(found)}: staff take it out of one of them")
    raise NotFollowedError(
        f"no PathFixer that runs names {name}: staff start it, or add {name} to its property MacroServers"
    )


def short(name: str) -> str:
    """Return ``domain/family/member`` in lower case of a name that may begin with its database."""
    return "/".join(name.lower().rsplit("/", 3)[-3:])


def _names(line: str) -> set[str]:
    return {short(word) for word in re.split(r"[=,;\s]+", line) if word.count("/") >= 2}
