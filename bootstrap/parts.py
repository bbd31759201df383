"""What each part of the project needs from Debian 12 and from the Python package index.

Debian packages are named one by one in ``debian_packages/``, with every library that a minimal Debian
12 lacks: they are unpacked, so nothing is resolved (docs/decisions/0001-system-packages.md).
"""

import os
from dataclasses import dataclass, field
from pathlib import Path

LISTS = Path(__file__).with_name("debian_packages")


@dataclass(frozen=True)
class Part:
    """One part: its lists of Debian packages, its extras in setup.cfg, the parts it stands on.

    Attributes
    ----------
    libraries, programs
        What a machine other than Debian 12 must offer itself.
    root_only
        Only root can run it: nobody else gets it.
    """

    name: str
    debian: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    kafka: bool = field(default=False, kw_only=True)
    root_only: bool = field(default=False, kw_only=True)

    @property
    def debian_packages(self) -> list[str]:
        """Names of all its Debian packages."""
        lines = [line for name in self.debian for line in (LISTS / f"{name}.txt").read_text().splitlines()]
        return [line for line in lines if not line.startswith("#")]


PARTS = {
    part.name: part
    for part in (
        Part(
            "demo",
            debian=("pip", "mongod", "qt"),
            extras=("demo",),
            libraries=("libcurl.so.4", "libGL.so.1", "libgthread-2.0.so.0", "libfontconfig.so.1"),
        ),
        Part("kafka", debian=("maven",), extras=("kafka",), needs=("demo",), programs=("mvn",), kafka=True),
        Part(
            "test",
            debian=("mariadb", "databaseds", "openldap"),
            extras=("test",),
            needs=("demo", "kafka", "samba"),
            programs=("mariadbd", "mariadb-install-db", "mariadb", "slapd"),
        ),
        Part("samba", debian=("samba",), programs=("samba", "samba-tool"), root_only=True),
    )
}


def closure(names: tuple[str, ...], is_root: bool | None = None) -> list[Part]:
    """Return the parts of these names with all they stand on, foundations first.

    Parameters
    ----------
    is_root
        Whether parts for root count; none: when root asks.
    """
    is_root = os.geteuid() == 0 if is_root is None else is_root
    found: dict[str, Part] = {}
    for name in names:
        for part in [*closure(PARTS[name].needs, is_root), PARTS[name]]:
            if is_root or not part.root_only:
                found.setdefault(part.name, part)
    return list(found.values())
