"""What staff and other versions do to the files of a state folder is taken as it is."""

import sqlite3

import pytest

from scifish.ledger.ledger import Ledger
from scifish.ledger.spool_watch import SpoolWatch
from scifish.ledger.tables import LAYOUT
from scifish.spool.spool import Spool
from scifish.state_folder import StateFolder
from scifish.testing.capture_messages import new_identity, told


@pytest.fixture
def folder(tmp_path):
    tmp_path.chmod(0o2770)
    return StateFolder(tmp_path)


def test_a_damaged_spool_that_is_taken_away_is_not_named_any_more(folder):
    spool = Spool.open(folder, "sardana")
    spool.commit(told(new_identity(), "ended"))
    spool.close()
    ledger = Ledger(folder.forwarder_db)
    watch = SpoolWatch(folder, ledger)
    watch.look_for_spools()
    watch.note_new_rows()
    with ledger.transaction():
        ledger.note_unreadable(spool.uuid, 1, "the bytes differ from their checksum")
    (folder.spools / f"{spool.uuid}.db").rename(folder.path / "for-the-developers.db")
    watch.look_for_spools()
    counts = [ledger.database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES]  # noqa: S608
    assert counts == [0] * len(TABLES)
    assert not list(folder.producers.iterdir()), "nor does its lock file stay"
    watch.close()
    ledger.close()


def test_a_spool_that_the_disk_holds_up_is_not_asked_again_at_once(folder):
    spool = Spool.open(folder, "sardana")
    ledger = Ledger(folder.forwarder_db)
    watch = SpoolWatch(folder, ledger)
    watch.look_for_spools()
    with sqlite3.connect(folder.spools / f"{spool.uuid}.db") as database:
        database.execute("ALTER TABLE message RENAME TO away")
    assert (watch.note_new_rows(), watch.held_up) == (False, True)
    with database:
        database.execute("ALTER TABLE away RENAME TO message")
    database.close()
    assert watch.note_new_rows()
    watch.close()
    ledger.close()
    spool.close()


TABLES = ("unreadable", "message", "capture", "spool")


def test_a_ledger_of_a_later_layout_stays_one(folder):
    Ledger(folder.forwarder_db).close()
    with sqlite3.connect(folder.forwarder_db) as database:
        database.execute(f"PRAGMA user_version = {LAYOUT + 3}")
    ledger = Ledger(folder.forwarder_db)
    assert ledger.database.execute("PRAGMA user_version").fetchone()[0] == LAYOUT + 3
    ledger.close()
    database.close()
