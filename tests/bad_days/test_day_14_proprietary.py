"""Day 14: the data belong to a company; nobody may read anywhere what is measured for it."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import tango

from scizoo.services.capture_devices import PATH_FIXER, SCI_DOG, SCI_FISH, SCI_FLY
from tests.bad_days.harness.clients import PathFixer
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.log_of_captures import CAPTURES, LETTERS, RECEIPTS, LogOfCaptures
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.devices import device
from tests.waiting import wait_for

COMPANY, THEIRS = "gracehop", "20260102"
TITLE, ABSTRACT = "Degradation of a battery cathode", "Not for everybody."
SAMPLES = ("nickel-rich", "manganese-free")
STORE = "sessions.db"
"""PathFixer's; holds which code is which sample, for its own account alone."""


def test_titles_and_samples_of_a_company_stand_nowhere_on_the_way_of_a_scan(
    beamline: TrialBeamline,
) -> None:
    fixer = PathFixer()
    try:
        fixer.open_session(COMPANY, THEIRS, sample=SAMPLES[0])
        fixer.set_sample(SAMPLES[1])
        wait_for(lambda: beamline.scan_dir.name == "s02", LIMIT_S, "ScanDir of the second sample's code")
        scan = beamline.scan()
        [document] = beamline.expect_catalogued([scan])
    finally:
        beamline.open_session()
    assert (document["proposal"], document["category"], document["sample"]) == (THEIRS, "proprietary", "s02")
    assert THEIRS in str(beamline.scicat.state.datasets[document["_id"]])
    for place, told in _everything(beamline):
        for secret in (TITLE, ABSTRACT, *SAMPLES):
            if secret.encode() in told:
                pytest.fail(f"{secret!r} stands in {place}")


def _everything(beamline: TrialBeamline) -> Iterator[tuple[str, bytes]]:
    """Yield all that devices show, topics carry, catalogues have, and files hold, each with its place."""
    yield from _shown(beamline)
    log = LogOfCaptures(beamline.parts.kafka.address, beamline.configuration)
    for topic in (CAPTURES, LETTERS, RECEIPTS):
        yield topic, b"".join(record.value or b"" for record in log.read(topic))
    with beamline.parts.mongod.client(directConnection=True) as client:
        for database in client.list_database_names():
            for name in client[database].list_collection_names():
                yield f"{database}.{name}", repr(list(client[database][name].find())).encode()
    yield "SciCat", repr(vars(beamline.scicat.state)).encode()
    site = beamline.parts.site
    for file in (*_files(site.folder), *_files(site.data_root)):
        with suppress(FileNotFoundError):  # services that run take files of theirs away
            yield str(file), file.read_bytes()


def _shown(beamline: TrialBeamline) -> Iterator[tuple[str, bytes]]:
    sardana = beamline.parts.sardana
    for name in (PATH_FIXER, SCI_DOG, SCI_FISH, SCI_FLY, sardana.macro_server, sardana.address):
        proxy = device(name)
        for attribute in proxy.get_attribute_list():
            yield f"{name}/{attribute}", repr(_read(proxy, attribute)).encode()


def _read(proxy: tango.DeviceProxy, name: str) -> Any:
    try:
        return proxy.read_attribute(name)
    except tango.DevFailed as error:
        return error


def _files(folder: Path) -> list[Path]:
    files = (Path(place, name) for place, _, names in os.walk(folder) for name in names)
    return [path for path in files if path.is_file() and not path.name.startswith(STORE)]
