"""Day 18: spools of an older and of a newer version, and one that the disk has damaged in the middle."""

import re
import sqlite3
from contextlib import closing

import pytest

from scifish.state_folder import StateFolder
from scizoo.services.capture_devices import SCI_FISH
from tests.bad_days.harness import words
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.spool_files import FIRST_LAYOUT, LATER, damage, ended, write_spool
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.waiting import wait_for

SCI_FISH_PART = f"SciFish {SCI_FISH}"
CAPTURES = 60
LONG = "x" * 3000
"""So that one capture fills most of a page of the database."""


@pytest.fixture
def folder(beamline: TrialBeamline) -> StateFolder:
    return StateFolder(beamline.parts.folder.capture_host)


def test_after_an_upgrade_the_spool_of_the_first_version_is_sent(
    beamline: TrialBeamline, folder: StateFolder
) -> None:
    messages = [ended(number) for number in range(3)]
    with beamline.without("scifish"):
        write_spool(folder, messages, FIRST_LAYOUT)
        scan = beamline.scan()
    beamline.expect_catalogued([scan, *(message.pid for message in messages)])


def test_after_a_roll_back_the_spool_of_a_later_version_is_sent_as_it_is(
    beamline: TrialBeamline, folder: StateFolder
) -> None:
    """Its messages carry a field that this version does not know: it passes through unchanged."""
    messages = [ended(number, colour_of_the_beam="green") for number in range(3)]
    with beamline.without("scifish"):
        write_spool(folder, messages, FIRST_LAYOUT + LATER)
        scan = beamline.scan()
    documents = beamline.expect_catalogued([scan, *(message.pid for message in messages)])
    assert [document["colour_of_the_beam"] for document in documents[1:]] == ["green"] * 3


def test_after_a_roll_back_the_ledger_of_a_later_version_goes_on_and_stays_one(
    beamline: TrialBeamline, folder: StateFolder
) -> None:
    """So the next upgrade finds its own layout, and what was sent is not sent again."""
    with beamline.without("scifish"), closing(sqlite3.connect(folder.forwarder_db)) as ledger:
        (layout,) = ledger.execute("PRAGMA user_version").fetchone()
        ledger.executescript("ALTER TABLE message ADD COLUMN urgency INTEGER NOT NULL DEFAULT 7;")
        ledger.executescript("PRAGMA user_version = 99;")
    try:
        scan = beamline.scan()
        beamline.expect_catalogued([scan])
        with closing(sqlite3.connect(folder.forwarder_db)) as ledger:
            assert ledger.execute("PRAGMA user_version").fetchone() == (99,)
    finally:
        with beamline.without("scifish"), closing(sqlite3.connect(folder.forwarder_db)) as ledger:
            ledger.executescript("ALTER TABLE message DROP COLUMN urgency;")
            ledger.executescript(f"PRAGMA user_version = {layout};")


def test_of_a_damaged_spool_the_rest_is_sent_and_what_is_lost_is_named(
    beamline: TrialBeamline, folder: StateFolder
) -> None:
    messages = [ended(number, description=LONG) for number in range(CAPTURES)]
    pids = {message.pid for message in messages}
    with beamline.without("scifish"):
        spool = write_spool(folder, messages)
        damage(spool)
        scan = beamline.scan()
        assert beamline.status_of(scan)["state"] == "captured", "status reads round the damage"
    named = wait_for(lambda: _named_by_check(spool.stem), LIMIT_S, "the damage named by scizoo check")
    assert named <= CAPTURES // 2
    wait_for(
        lambda: len(_arrived(beamline) & pids) >= CAPTURES - named, LIMIT_S, "everything that can be read"
    )
    assert len(_arrived(beamline) & pids) == CAPTURES - named, "nothing is lost without a word"
    wait_for(lambda: all(map(beamline.in_mongodb, scan.tries)), LIMIT_S, "the dataset of the scan")
    assert _arrived(beamline) - pids == beamline.catalogues.pids_of(scan)

    spool.rename(folder.path / "kept-for-the-developers.db")
    wait_for(
        lambda: SCI_FISH_PART not in words.red_parts(), LIMIT_S, "no alarm once staff have taken it away"
    )


def _named_by_check(spool: str) -> int:
    """Return how many rows of a spool ``scizoo check`` calls damaged."""
    found = re.search(rf"{spool}: (\d+) rows are damaged", words.red_parts().get(SCI_FISH_PART, ""))
    return int(found[1]) if found else 0


def _arrived(beamline: TrialBeamline) -> set[str]:
    return beamline.catalogues.new_pids()
