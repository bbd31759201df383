"""Opening the directory that the settings name."""

from collections.abc import Callable
from datetime import datetime

from sdm.groups.active_directory import ActiveDirectory
from sdm.groups.directory import Directory
from sdm.groups.ldap_directory import LdapDirectory
from sdm.groups.ldap_wire import LdapWire
from sdm.groups.local_groups import LocalGroups
from sdm.groups.rfc2307 import Rfc2307
from sdm.groups.rfc2307bis import Rfc2307bis
from sdm.groups.settings import LdapSettings, LocalSettings

DIALECTS: dict[str, type[LdapDirectory]] = {
    "ad": ActiveDirectory,
    "rfc2307bis": Rfc2307bis,
    "rfc2307": Rfc2307,
}


def open_directory(settings: LdapSettings | LocalSettings, clock: Callable[[], datetime]) -> Directory:
    """Return the directory, connected; the caller closes it.

    Raises
    ------
    GroupsSettingsError
        Password, certificates or account are not right.
    DirectoryUnavailableError
        It does not answer.
    """
    if isinstance(settings, LocalSettings):
        return LocalGroups(settings.prefix, clock)
    return DIALECTS[settings.dialect](settings, LdapWire(settings), clock)
