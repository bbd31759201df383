"""``settings.json`` of a capture host: written by the SciFish device, read by every producer.

A producer needs no running device to know where it is: it reads this file. Without it nothing is
captured, and that is said aloud.
"""

import json
import re
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from scifish.errors import SettingsError
from scifish.messages import Beamline, explain
from scifish.replace_file import replace_file

FILE_NAME = "settings.json"
ANY = "*"


class Station(BaseModel):
    """Which PathFixer and SciDog count for a Door, a MacroServer or everything else (``*``)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    match: str = Field(description="name of a Door or MacroServer, or *")
    path_fixer: str | None = Field(default=None, description="Tango name; null: never a session")
    sci_dog: str | None = Field(default=None, description="Tango name; null: no selection")
    endstation: str | None = None


class Settings(BaseModel):
    """What a producer must know. Spans are in seconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    beamline: Beamline
    facility: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    pid_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    stations: tuple[Station, ...] = ()
    begin_wait_s: float = Field(default=0.25, ge=0, le=10, description="START waits this long for values")
    end_wait_s: float = Field(default=0.25, ge=0, le=10, description="END waits this long for values")
    context_max_age_s: float = Field(default=43_200, ge=0, description="a cached session books until then")
    call_limit_s: float = Field(default=0.9, ge=0.1, le=30, description="longest call to a device")
    array_limit: int = Field(default=4096, ge=1, description="longer arrays are summarised")
    file_wait_s: float = Field(default=60, ge=0, description="longest wait for the end of a scan's file")
    sci_fish: str | None = Field(default=None, description="Tango name of this host's SciFish")

    def station(self, door: str | None = None, macro_server: str | None = None) -> Station:
        """Return the first line that matches, looking for the Door, then the MacroServer, then ``*``."""
        for name in (door, macro_server, ANY):
            for station in self.stations:
                if name is not None and station.match.lower() == name.lower():
                    return station
        return Station(match=ANY)


def parse_station(line: str) -> Station:
    """Read ``<name>=<PathFixer>,<SciDog>,<endstation>``; trailing parts and each part may be empty.

    Raises
    ------
    SettingsError
        With the line and its form.
    """
    match, equals, rest = (piece.strip() for piece in line.partition("="))
    parts = [part.strip() or None for part in rest.split(",")] + [None, None]
    if not match or not equals or len(parts) > 5 or re.search(r"\s", match):
        raise SettingsError(f"Sessions line {line!r} is not <name>=<PathFixer>,<SciDog>,<endstation>")
    return Station(match=match, path_fixer=parts[0], sci_dog=parts[1], endstation=parts[2])


def load_settings(folder: Path) -> Settings:
    """Read the settings of a state folder.

    Raises
    ------
    SettingsError
        When the file is missing or not valid: the SciFish device of this host has not run yet,
        or its properties are wrong.
    """
    path = folder / FILE_NAME
    try:
        return Settings.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        raise SettingsError(f"{path} is missing: start the SciFish device of this host once") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise SettingsError(f"{path}: {explain(error)}: run Init on the SciFish device") from None


def save_settings(folder: Path, settings: Settings) -> None:
    """Replace the settings atomically; raise SettingsError when the folder cannot be written."""
    text = json.dumps(settings.model_dump(mode="json"), indent=2)
    try:
        replace_file(folder / FILE_NAME, text + "\n")
    except OSError as error:
        raise SettingsError(f"{folder / FILE_NAME} cannot be written: {error.strerror}") from None
