"""OpenLDAP's ``slapd`` on loopback, its data in the run folder; for tests of ``scizoo groups``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from scizoo.services.certificates import make_certificates
from scizoo.services.ports import LOOPBACK, accepts, free_port
from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.system_packages import libraries, program, unpacked

BASE = "dc=demo,dc=test"
ADMIN = f"cn=admin,{BASE}"
LIMITED = f"cn=limited,{BASE}"
"""An account, once somebody makes it, that may neither read all entries nor who is in a group."""
PASSWORD = "only-on-loopback"  # noqa: S105 (of a server that lives as long as a test)
SCHEMAS = {
    "rfc2307": ("schema/core", "schema/cosine", "schema/nis", "schema/inetorgperson"),
    "rfc2307bis": ("schema/core", "schema/cosine", "schema/gosa/rfc2307bis", "schema/inetorgperson"),
}
CONFIGURATION = """
{schemas}
modulepath {modules}
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile {home}/slapd.pid
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
sizelimit {size_limit}
database mdb
maxsize 67108864
suffix "{base}"
rootdn "{admin}"
rootpw {password}
directory {home}/db
index objectClass,uid,cn,member,memberUid,gidNumber,uidNumber eq
limits dn.exact="{limited}" size={size_limit}
access to attrs=userPassword by anonymous auth by * none
access to attrs=member by dn.exact="{limited}" none by users read
access to * by users read
overlay memberof
overlay ppolicy
"""


class Slapd(Service):
    """A directory with TLS; empty, with an account that may do everything.

    Parameters
    ----------
    schema
        How groups look in it.
    size_limit
        Entries that it tells of at most to accounts other than the administrator's.
    certified_for
        The name in its certificate.
    """

    def __init__(
        self,
        folder: RunFolder,
        schema: Literal["rfc2307", "rfc2307bis"],
        size_limit: int = 500,
        certified_for: str = "localhost",
    ) -> None:
        super().__init__(folder)
        self.name = f"slapd-{schema}"
        self.port, self.plain_port = free_port(), free_port()
        self.variables = libraries()
        self._schema = schema
        self._size_limit = size_limit
        self.certificates = make_certificates(folder.data(self.name), certified_for)

    @property
    def address(self) -> str:
        """URL with TLS from the first byte."""
        return f"ldaps://localhost:{self.port}"

    @property
    def plain_address(self) -> str:
        """URL on which TLS has to be asked for."""
        return f"ldap://localhost:{self.plain_port}"

    def prepare(self) -> None:
        """Write its configuration."""
        home = self.folder.data(self.name)
        (home / "db").mkdir(exist_ok=True)
        text = CONFIGURATION.format(
            schemas="\n".join(
                f"include {_file(f'etc/ldap/{name}.schema')}" for name in SCHEMAS[self._schema]
            ),
            modules=_file("usr/lib/ldap"),
            home=home,
            ca=self.certificates.authority,
            certificate=self.certificates.server,
            key=self.certificates.key,
            size_limit=self._size_limit,
            base=BASE,
            admin=ADMIN,
            limited=LIMITED,
            password=PASSWORD,
        )
        (home / "slapd.conf").write_text(text, encoding="utf-8")

    def command(self) -> Sequence[str | Path]:
        """Return the server, in the foreground."""
        home = self.folder.data(self.name)
        addresses = f"ldaps://{LOOPBACK}:{self.port}/ ldap://{LOOPBACK}:{self.plain_port}/"
        server = program("slapd", "usr/sbin/slapd")
        return [server, "-d", "0", "-f", home / "slapd.conf", "-h", addresses]

    def answers(self) -> bool:
        """Tell whether it accepts connections."""
        return accepts(self.port) and accepts(self.plain_port)


def _file(name: str) -> Path:
    """Return a file of the package, unpacked or installed."""
    found = unpacked(name)
    return found if found.exists() else Path("/") / name
