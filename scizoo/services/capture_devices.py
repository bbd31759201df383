"""The four Tango devices of the project, registered as a beamline's control system would."""

import getpass
from collections.abc import Sequence

from scizoo.services.device_server import Device, DeviceServer
from scizoo.services.run_folder import RunFolder
from scizoo.services.site import RULES, Site
from scizoo.services.user_office import OfficeChoice, yaml_office

PATH_FIXER, SCI_DOG = "demo/ctl/sdm-01", "demo/ctl/scidog-01"
SCI_FISH, SCI_FLY = "demo/ctl/scifish-01", "demo/ctl/scifly-01"


def path_fixer(
    folder: RunFolder, tango_host: str, site: Site, macro_server: str, office: OfficeChoice | None = None
) -> DeviceServer:
    """Return PathFixer, with sessions out of the site's user office, followed by one MacroServer.

    Whoever starts it is of the staff, and may try what staff may do.
    """
    office = office or yaml_office(site.office)
    properties: dict[str, str | Sequence[str]] = {
        "Beamline": site.beamline,
        "UserOffice": office.kind,
        "UserOfficeSettings": office.lines(),
        "Rules": RULES,
        "DataRoot": str(site.data_root),
        "StateDirectory": str(folder.data("pathfixer")),
        "MacroServers": macro_server,
        "Staff": ["lismei", getpass.getuser()],
        "FreeSpaceLimit": "1",
        "GrowthWindow": "0",  # who tries it out switches right after a scan
        **site.ownership(),
    }
    return DeviceServer(
        folder, tango_host, "pathfixer", "PathFixer", [Device(PATH_FIXER, "PathFixer", properties)]
    )


def sci_dog(folder: RunFolder, tango_host: str, site: Site, mongodb: str) -> DeviceServer:
    """Return SciDog, its selections in MongoDB."""
    properties = {"Beamline": site.beamline, "Store": mongodb}
    return DeviceServer(folder, tango_host, "scidog", "SciDog", [Device(SCI_DOG, "SciDog", properties)])


def sci_fish(folder: RunFolder, tango_host: str, site: Site, kafka: str) -> DeviceServer:
    """Return SciFish, which forwards this host's captures to Kafka."""
    properties = {
        "Beamline": site.beamline,
        "Facility": site.facility,
        "PidPrefix": site.pid_prefix,
        "Sessions": f"*={PATH_FIXER},{SCI_DOG},",
        "KafkaBootstrap": kafka,
    }
    return DeviceServer(folder, tango_host, "scifish", "SciFish", [Device(SCI_FISH, "SciFish", properties)])


def sci_fly(folder: RunFolder, tango_host: str) -> DeviceServer:
    """Return SciFly, which follows PathFixer's session.

    On a local disk with one writer a second without change is enough; the profile's own span is
    for file servers.
    """
    properties = {"PathFixer": PATH_FIXER, "SettleSeconds": "1"}
    return DeviceServer(folder, tango_host, "scifly", "SciFly", [Device(SCI_FLY, "SciFly", properties)])
