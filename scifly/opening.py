"""Putting SciFly together: its line of `Sessions`, its journal, its service."""

import re
from collections.abc import Sequence

from scifish.errors import SettingsError, SpoolError
from scifish.host.scans_elsewhere import ScansElsewhere
from scifish.producer import Producer
from scifish.settings import Settings, Station
from scifish.state_folder import find_state_folder
from scifly.errors import JournalError
from scifly.journal import Journal
from scifly.profiles.profile import Profile
from scifly.service import FileService, Options

ROLE = "scifly"
NOT_READY = (SettingsError, SpoolError, JournalError)
"""What may pass by itself: SciFish has not written its settings yet, the disk is full."""


def station_of(settings: Settings, device: str, path_fixer: str | None) -> Station:
    """Return the line of SciFish's property ``Sessions`` that counts for a SciFly.

    Parameters
    ----------
    settings
        Of the capture host.
    device
        SciFly's own Tango name; a line may begin with it. Otherwise ``*`` counts.
    path_fixer
        If given, the line that names this PathFixer.

    Raises
    ------
    SettingsError
        No line names the PathFixer.
    """
    if path_fixer is None:
        return settings.station(device)
    for station in settings.stations:
        if (station.path_fixer or "").lower() == path_fixer.lower():
            return station
    raise SettingsError(
        f"no line of SciFish's property Sessions names PathFixer {path_fixer}: add "
        f"{device}={path_fixer},<SciDog>,<endstation> there"
    )


def open_service(
    device: str, path_fixer: str | None, profiles: Sequence[Profile], options: Options
) -> tuple[FileService, Producer]:
    """Open state folder, spool and journal; both are closed by the caller.

    Raises
    ------
    SettingsError, SpoolError, JournalError
        Nothing can be captured now; the text says what to do.
    """
    folder = find_state_folder()
    folder.prepare()
    journal = Journal.open(folder.path / f"scifly-{re.sub(r'[^a-z0-9_.-]', '_', device.lower())}.db")
    try:
        producer = Producer.start(ROLE, folder)
    except (SettingsError, SpoolError):
        journal.close()
        raise
    try:
        station_of(producer.settings, device, path_fixer)
    except SettingsError:
        journal.close()
        producer.close()
        raise

    def station() -> Station:
        return station_of(producer.settings, device, path_fixer)

    elsewhere = ScansElsewhere(producer.settings.beamline, lambda: producer.settings.sci_fish)
    return FileService(producer, journal, profiles, station, options, elsewhere), producer
