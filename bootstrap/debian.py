"""Debian packages without root: fetched by apt with a state of its own, unpacked into a folder.

No maintainer script runs, no service starts, no user is made; the system's apt sources and keys
are used as they are.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from bootstrap.commands import call
from bootstrap.layout import LOGS, ROOT, STATE, SYSTEM
from bootstrap.progress import say, step

APT = STATE / "apt"
SETTINGS = """
Dir::State "{apt}/state";
Dir::State::Lists "{apt}/lists";
Dir::State::status "/var/lib/dpkg/status";
Dir::Cache "{apt}/cache";
Debug::NoLocking "1";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
"""
NO_NETWORK = "Is there a network? apt uses the sources in /etc/apt, as for any package of this machine."


def unpack(packages: Sequence[str]) -> None:
    """Put the files of packages below ``ROOT``, those that are not there yet.

    Raises
    ------
    SetupError
        apt cannot fetch them.
    """
    wanted = [name for name in packages if not _mark(name).exists()]
    if not wanted:
        return
    try:
        _prepare_apt()
        with step("reading the lists of Debian packages"):
            _apt("update")
        for line in unread_sources((LOGS / "apt-update.log").read_text(errors="replace")):
            say(f"warning: {line}")
        with step(f"fetching {len(wanted)} Debian packages"):
            _apt("download", *wanted)
        with step("unpacking them into .state/system"):
            _unpack_all()
    finally:
        shutil.rmtree(APT, ignore_errors=True)
    for name in wanted:
        _mark(name).touch()


def unread_sources(output: str) -> list[str]:
    """Return what apt says of sources that it could not read: it goes on without them, and so do we."""
    return [line.partition(":")[2].strip() for line in output.splitlines() if line.startswith("W: Failed")]


def _prepare_apt() -> None:
    for name in ("state", "lists/partial", "cache/archives/partial", "debs"):
        (APT / name).mkdir(parents=True, exist_ok=True)
    (APT / "apt.conf").write_text(SETTINGS.format(apt=APT), encoding="utf-8")


def _apt(*arguments: str) -> None:
    variables = {"APT_CONFIG": str(APT / "apt.conf"), "LC_ALL": "C.UTF-8"}
    call(["apt-get", "-q", *arguments], f"apt-{arguments[0]}", NO_NETWORK, variables, APT / "debs")


def _unpack_all() -> None:
    ROOT.mkdir(parents=True, exist_ok=True)
    for deb in sorted((APT / "debs").glob("*.deb")):
        call(["dpkg", "-x", deb, ROOT], "dpkg", f"Is {SYSTEM} writable, is the disk full?")
    relink(ROOT)


def relink(root: Path) -> None:
    """Let absolute links point to the same files below the root, where those exist."""
    for link in root.rglob("*"):
        if link.is_symlink() and (target := link.readlink()).is_absolute():
            inside = root / target.relative_to("/")
            if not target.is_relative_to(root) and inside.exists():
                link.unlink()
                link.symlink_to(inside)


def _mark(package: str) -> Path:
    folder = SYSTEM / "packages"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / package
