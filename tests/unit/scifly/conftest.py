"""A SciFly on real files with a real spool and journal; only the clock is given by hand."""

import os
import sqlite3
import threading
from contextlib import closing
from datetime import datetime, timezone

import pytest

from scifish.context import KnownSession
from scifish.messages import decode
from scifish.producer import Producer
from scifish.session import Session
from scifish.settings import Settings, Station, save_settings
from scifish.state_folder import StateFolder
from scifly.claims import ScanListener
from scifly.folder_work import FolderWork
from scifly.followed import Followed
from scifly.journal import Journal
from scifly.profiles.profile_files import load_profiles
from scifly.steps import Steps
from scifly.tally import Tally
from scifly.watched_folder import WatchedFolder

STAMP_NS = 1_700_000_000_123_456_789


def session_of(path, proposal="20260101", **facts):
    return Session(revision=1, state="open", beamline="demo", proposal=proposal, path=str(path), **facts)


class Fly:
    """One process life of SciFly, looking at one folder."""

    def __init__(self, state, raw, profile, session=None, scan_wait_s=3600.0, elsewhere=None):
        self.state, self.raw, self.now_s = state, raw, 1000.0
        self.producer, self.has_spool = Producer.start("scifly", state), True
        self.journal = Journal.open(state.path / "scifly.db")
        known = KnownSession(session or session_of(raw), "live", 0.0)
        self.folder = WatchedFolder(
            str(raw),
            Followed(known, datetime.now(timezone.utc)),
            [profile],
            self.journal.files(str(raw)),
            period_s=0.0,
            wake=threading.Event(),
            clock=lambda: self.now_s,
        )
        self.scans = ScanListener(state, self.producer.author, elsewhere)
        steps = Steps(self.producer, self.journal, lambda: Station(match="*"), [profile])
        self.work = FolderWork(steps, self.journal, self.scans, Tally(), 43_200, scan_wait_s)

    def look(self, later_s=0.0):
        """Look once, some seconds after the last time."""
        self.now_s += later_s
        return self.work.do(self.folder, self.folder.look(), self.now_s)

    def settle(self):
        """Look now, and again when what rests has rested long enough."""
        self.look()
        return self.look(later_s=60)

    def lose_spool(self):
        """Let every further commit fail."""
        self.producer.close()
        self.has_spool = False

    def end(self):
        """End this process life, without any ceremony."""
        self.folder.close()
        self.scans.close()
        self.journal.close()
        if self.has_spool:
            self.producer.close()


@pytest.fixture
def state(tmp_path):
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o2770)
    save_settings(folder, Settings(beamline="demo", facility="maxiv", pid_prefix="20.500.12345"))
    return StateFolder(folder)


@pytest.fixture
def raw(tmp_path):
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


@pytest.fixture
def write():
    """Write a file with a stamp some seconds after the first."""

    def do(path, text="counts", at_s=0):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        os.utime(path, ns=(STAMP_NS, STAMP_NS + at_s * 10**9))
        return path

    return do


@pytest.fixture
def fly(state, raw):
    """Begin a process life of SciFly, after the end of the one before."""
    alive = []

    def begin(session=None, scan_wait_s=3600.0, elsewhere=None, **changes):
        while alive:
            alive.pop().end()
        (generic,) = load_profiles(["generic"])
        alive.append(Fly(state, raw, generic.model_copy(update=changes), session, scan_wait_s, elsewhere))
        return alive[0]

    yield begin
    while alive:
        alive.pop().end()


@pytest.fixture
def captures(state):
    """Return all messages of SciFly in all spools, in the order of their commits."""

    def read():
        found = []
        for path in state.spools.glob("*.db"):
            with closing(sqlite3.connect(path)) as database:
                query = "SELECT committed_s, id, body FROM message WHERE author LIKE 'scifly@%'"
                found += database.execute(query).fetchall()
        return [decode(body) for _, _, body in sorted(found)]

    return read
