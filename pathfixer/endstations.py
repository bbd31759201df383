"""The endstations of a beamline: what of it a session takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scifish.session import Session

NO_ENDSTATION = "None"
"""What a person chooses, and reads, when the beamline is used as a whole."""

_KEYS = ("doors", "listeners", "selection")


@dataclass(frozen=True)
class Endstation:
    """What a session at an endstation takes.

    Attributes
    ----------
    macro_servers, doors
        Tango names; without Doors those of the MacroServers count.
    listeners
        Attributes of property ``Listeners``.
    selection
        ``<SciDog device>:<selection>`` to be made the active one, or empty.
    """

    name: str
    macro_servers: tuple[str, ...] = ()
    doors: tuple[str, ...] = ()
    listeners: tuple[str, ...] = ()
    selection: str = ""

    @property
    def followers(self) -> tuple[str, ...]:
        """Names of everything that follows a session here."""
        chosen = [self.selection_attribute] if self.selection else []
        return (*self.macro_servers, *self.listeners, *chosen)

    @property
    def selection_attribute(self) -> str:
        """What is written to make the selection the active one."""
        return f"{self.selection.partition(':')[0]}/ActiveSelectionName"

    @property
    def selection_name(self) -> str:
        """Name of the selection."""
        return self.selection.partition(":")[2]


@dataclass(frozen=True)
class SelectionLine:
    """The selections that endstations make the active one in one SciDog, once at opening.

    Attributes
    ----------
    names
        Endstation to selection; elsewhere, and without a session, SciDog is left alone.
    """

    attribute: str
    names: Mapping[str, str]
    once: bool = True

    def value(self, session: Session) -> str | None:
        """Return the selection to be switched to; none when it is left alone."""
        return self.names.get(session.endstation or "") if session.state == "open" else None


def selection_lines(stations: Iterable[Endstation]) -> tuple[SelectionLine, ...]:
    """Return one line per SciDog that endstations name."""
    found: dict[str, dict[str, str]] = {}
    for station in stations:
        if station.selection:
            found.setdefault(station.selection_attribute.lower(), {})[station.name] = station.selection_name
    return tuple(SelectionLine(attribute, names) for attribute, names in found.items())


def parse_endstation(line: str) -> Endstation:
    """Read one line of the configuration.

    ``EA01=macroserver/b/1, macroserver/b/2; doors=door/b/1; listeners=b/det/eiger/FilePath;
    selection=b/ctl/scidog-01:eiger``; everything after the first ``=`` may be left out.
    """
    name, equals, rest = (part.strip() for part in line.partition("="))
    if not name or not equals or name == NO_ENDSTATION:
        raise ValueError(
            f"{line!r} is not <endstation>=<MacroServer>,<MacroServer>; doors=...; listeners=..."
        )
    servers, *named = rest.split(";")
    fields: dict[str, tuple[str, ...]] = {}
    for part in named:
        key, equals, values = (text.strip() for text in part.partition("="))
        if key not in _KEYS or not equals or key in fields:
            raise ValueError(f"{part.strip()!r} in endstation {name} is not one of {', '.join(_KEYS)}, once")
        fields[key] = _names(values)
    selection = fields.get("selection", ())
    if len(selection) > 1 or (selection and not _is_selection(selection[0])):
        raise ValueError(f"selection of endstation {name} is not <SciDog device>:<selection>")
    return Endstation(
        name,
        _names(servers),
        fields.get("doors", ()),
        fields.get("listeners", ()),
        selection[0] if selection else "",
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _is_selection(text: str) -> bool:
    device, colon, name = text.partition(":")
    return device.count("/") == 2 and bool(colon and name)
