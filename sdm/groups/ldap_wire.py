"""One TLS connection to an LDAP server, whose answers are whole or an error.

ldap3's defaults follow referrals (and bind elsewhere with our password), accept any certificate and
wait for ever; a search that a server cut short looks like success. None of that happens here.
"""

import math
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import ldap3
from ldap3.core.exceptions import LDAPExceptionError

from sdm.errors import SdmError
from sdm.groups.errors import DirectoryUnavailableError, GroupsSettingsError
from sdm.groups.ldap_answers import Entry, check_change, entries_of, in_words, is_absent, next_page
from sdm.groups.ldap_names import first_part
from sdm.groups.settings import LdapSettings
from sdm.secret import secret_from_file

PAGE = 500
Values = Mapping[str, Sequence[str]]
NOTHING: Values = {}


class _CheckedTls(ldap3.Tls):
    """TLS in which OpenSSL itself checks the certificate's chain, its dates and the host's name."""

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        host = connection.server.host
        connection.socket = context.wrap_socket(connection.socket, server_hostname=host)


class LdapWire:
    """A bound connection.

    Parameters
    ----------
    settings
        Where the server is, and who we are there.

    Raises
    ------
    SecretError
        The password file cannot be used.
    GroupsSettingsError
        The certificates are missing, or the server refuses the password.
    DirectoryUnavailableError
        The server does not answer, or its certificate does not hold.
    """

    def __init__(self, settings: LdapSettings) -> None:
        self._url = settings.url
        password = secret_from_file(settings.password_file)
        if not settings.ca_file.is_file():
            raise GroupsSettingsError(f"directory.ca_file: {settings.ca_file} is missing")
        self._connection = ldap3.Connection(
            _server(settings),
            user=settings.bind_dn,
            password=password.get_secret_value(),
            auto_referrals=False,
            raise_exceptions=False,
            check_names=False,
            receive_timeout=math.ceil(settings.answer_timeout_s),
        )
        try:
            self._bind(settings)
        except SdmError:
            self.close()
            raise
        finally:
            self._connection.password = None  # ldap3 tells it in its repr, and nobody binds twice

    def close(self) -> None:
        """Leave."""
        with suppress(LDAPExceptionError, OSError):
            self._connection.unbind()
        with suppress(LDAPExceptionError, OSError):
            self._connection.strategy.close()

    def search(self, base: str, wanted: str, attributes: Sequence[str]) -> list[Entry]:
        """Return every entry below a base that a filter fits; raises PartialAnswerError for less."""
        entries: list[Entry] = []
        cookie: bytes | None = None
        while True:
            self._send(base, ldap3.SUBTREE, wanted, attributes, PAGE, cookie)
            entries += self._answered(f"{wanted} below {base}")
            cookie = next_page(self._connection.result)
            if cookie is None:
                return entries

    def read(self, dn: str, attributes: Sequence[str]) -> Entry | None:
        """Return one entry by its name; none when there is none."""
        self._send(dn, ldap3.BASE, "(objectClass=*)", attributes)
        return None if is_absent(self._connection.result) else next(iter(self._answered(dn)), None)

    def add(self, dn: str, values: Values) -> None:
        """Make an entry; ``objectClass`` is among its values."""
        attributes = {name: list(some) for name, some in values.items()}
        self._change(lambda: self._connection.add(dn, attributes=attributes), f"making {dn}")

    def modify(self, dn: str, added: Values = NOTHING, removed: Values = NOTHING) -> None:
        """Add and remove values of one entry, all of them or none; to remove no value removes all."""
        changes: dict[str, list[tuple[str, list[str]]]] = {
            name: [(ldap3.MODIFY_DELETE, list(values))] for name, values in removed.items()
        }
        for name, values in added.items():
            changes.setdefault(name, []).append((ldap3.MODIFY_ADD, list(values)))
        self._change(lambda: self._connection.modify(dn, changes), f"changing {dn}")

    def move(self, dn: str, unit: str) -> None:
        """Move an entry into another unit."""
        name = first_part(dn)
        call = lambda: self._connection.modify_dn(dn, name, new_superior=unit)  # noqa: E731
        self._change(call, f"moving {dn} to {unit}")

    def delete(self, dn: str) -> None:
        """Remove an entry."""
        self._change(lambda: self._connection.delete(dn), f"removing {dn}")

    def _bind(self, settings: LdapSettings) -> None:
        self._ask(lambda: self._connection.open(read_server_info=False))
        if settings.url.startswith("ldap://"):
            self._ask(lambda: self._connection.start_tls(read_server_info=False))
        if not self._ask(lambda: self._connection.bind(read_server_info=False)):
            said = in_words(self._connection.result)
            raise GroupsSettingsError(f"{self._url} refuses {settings.bind_dn}: {said}")

    def _send(
        self,
        base: str,
        scope: str,
        wanted: str,
        attributes: Sequence[str],
        page: int | None = None,
        cookie: bytes | None = None,
    ) -> None:
        self._ask(
            lambda: self._connection.search(
                base,
                wanted,
                search_scope=scope,
                attributes=list(attributes),
                paged_size=page,
                paged_criticality=page is not None,
                paged_cookie=cookie,
            )
        )

    def _answered(self, what: str) -> list[Entry]:
        return entries_of(self._connection.result, self._connection.response or [], what)

    def _change(self, call: Callable[[], Any], what: str) -> None:
        self._ask(call)
        check_change(self._connection.result, what)

    def _ask(self, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except (LDAPExceptionError, OSError) as error:
            said = " ".join(str(error).split())
            raise DirectoryUnavailableError(f"{self._url} does not answer: {said}") from None


def _server(settings: LdapSettings) -> Any:
    return ldap3.Server(
        settings.url,
        tls=_CheckedTls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(settings.ca_file)),
        get_info=ldap3.NONE,
        connect_timeout=settings.connect_timeout_s,
        allowed_referral_hosts=[],
    )
