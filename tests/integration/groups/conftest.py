"""Real directories; each test has a unit of its own in them, and a user office of its own."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from scizoo.services.run_folder import RunFolder
from scizoo.services.samba import Samba
from scizoo.services.slapd import Slapd
from tests.integration.groups.experiments import Experiment
from tests.integration.groups.worlds import (
    ActiveDirectoryWorld,
    LocalWorld,
    Rfc2307bisWorld,
    Rfc2307World,
    World,
)
from tests.serving import serving

NUMBERS = count(1)
SAMBA = pytest.param("samba", marks=pytest.mark.needs_root)


@pytest.fixture(scope="session")
def slapd_bis(run_folder: RunFolder) -> Iterator[Slapd]:
    yield from serving(Slapd(run_folder, "rfc2307bis"))


@pytest.fixture(scope="session")
def slapd(run_folder: RunFolder) -> Iterator[Slapd]:
    yield from serving(Slapd(run_folder, "rfc2307"))


@pytest.fixture(scope="session")
def samba(run_folder: RunFolder) -> Iterator[Samba]:
    yield from serving(Samba(run_folder))


@pytest.fixture(params=["rfc2307bis", "rfc2307", SAMBA, "local"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    yield from living(make_world(request, tmp_path, request.param))


@pytest.fixture(params=["rfc2307bis", "rfc2307", SAMBA])
def ldap_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    yield from living(make_world(request, tmp_path, request.param))


@pytest.fixture(params=["rfc2307bis", SAMBA])
def naming_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """One whose groups list distinguished names."""
    yield from living(make_world(request, tmp_path, request.param))


def living(world: World) -> Iterator[World]:
    try:
        world.furnish()
        yield world
    finally:
        world.close()


def make_world(request: pytest.FixtureRequest, folder: Path, name: str) -> World:
    unit = f"test-{next(NUMBERS)}"
    made: World
    if name == "local":
        made = LocalWorld(folder)
    elif name == "samba":
        made = ActiveDirectoryWorld(folder, request.getfixturevalue("samba"), unit)
    elif name == "rfc2307":
        made = Rfc2307World(folder, request.getfixturevalue("slapd"), unit)
    else:
        made = Rfc2307bisWorld(folder, request.getfixturevalue("slapd_bis"), unit)
    return made


@pytest.fixture
def experiment(world: World) -> Iterator[Experiment]:
    with Experiment.of(world) as made:
        yield made


@pytest.fixture
def ldap_experiment(ldap_world: World) -> Iterator[Experiment]:
    with Experiment.of(ldap_world) as made:
        yield made
