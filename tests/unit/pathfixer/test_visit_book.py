"""What is written down about visits, and what it makes of them."""

import sqlite3
import threading
from datetime import datetime, timedelta, timezone

import pytest

from pathfixer.errors import RefusedError, StoreError
from pathfixer.store import Store
from pathfixer.visits.book import Span, VisitBook
from pathfixer.visits.record import VisitRecord, facts_of, require_unlocked
from sdm.folders.tally import Tally
from sdm.folders.visit_lock import LockReport
from sdm.folders.walk import FolderState
from sdm.path_rules import Place
from sdm.user_office.protocol import Person, Proposal
from tests.waiting import wait_for

BEGIN = datetime(2026, 9, 14, 6, tzinfo=timezone.utc)
END = BEGIN + timedelta(days=1)
FOLDER = "/data/visitors/demo/20260101/20260914"
PLACE = Place(category="visitors", beamline="demo", proposal="20260101", visit="20260914")


def record(event: str, at: datetime = BEGIN, **more) -> VisitRecord:
    return VisitRecord(event=event, at=at, path=FOLDER, place=PLACE, starts_at=BEGIN, ends_at=END, **more)


def opened(book: VisitBook, record: VisitRecord) -> None:
    """Write the record of an opening as a session's commit does."""
    with book.opening(record) as write, book._database.transaction() as database:
        write(database)


@pytest.fixture
def book(tmp_path):
    store = Store.open(tmp_path)
    yield VisitBook(store.database, lambda: BEGIN)
    store.close()


def test_a_visit_is_written_down_once_and_its_times_are_renewed(book):
    opened(book, record("opened"))
    later = record("opened").model_copy(update={"ends_at": END + timedelta(days=1)})
    opened(book, later)
    assert [one.event for one in book.records()] == ["opened"]
    assert book.find(FOLDER).ends_at == END + timedelta(days=1)


def test_what_the_office_told_before_the_visit_was_opened_renews_nothing(book):
    opened(book, record("opened"))
    book.set_span(
        FOLDER, Span(BEGIN - timedelta(days=60), END - timedelta(days=60), BEGIN - timedelta(minutes=9))
    )
    assert book.find(FOLDER).ends_at == END
    again = VisitBook(book._database, lambda: BEGIN)
    again.set_span(FOLDER, Span(BEGIN, END - timedelta(days=60), BEGIN))
    assert again.find(FOLDER).ends_at == END


def test_who_only_asks_does_not_wait_for_the_disk(book):
    opened(book, record("opened"))
    with book._database.transaction():
        writing = threading.Thread(target=book.add, args=(record("closed"),), daemon=True)
        writing.start()
        wait_for(book._writing.locked, 5, "somebody writes")
        assert [one.visit.name for one in book.kept("20260101")] == ["20260914"]
        assert book.of_path(f"{FOLDER}/raw/ice").state == "open"
    writing.join(60)
    assert book.find(FOLDER).state == "closed"


def test_a_visit_opened_here_is_not_taken_for_another_one_s(book):
    opened(book, record("opened"))
    book.see(book.find(FOLDER), record("closed"))
    assert [visit.state for visit in book.visits()] == ["open"]


def test_everything_is_on_the_disk(book):
    opened(book, record("opened"))
    book.set_span(FOLDER, Span(BEGIN, END + timedelta(hours=3), END))
    book.add(record("closed", by="lismei", reason="done"))
    again = VisitBook(book._database, lambda: BEGIN)
    visit = again.find("20260101/20260914")
    assert (visit.state, visit.ends_at) == ("closed", END + timedelta(hours=3))
    assert [one.event for one in again.records(FOLDER)] == ["opened", "closed"]


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "open"),
        ([record("closed")], "closed"),
        ([record("closed"), record("locked", lock=LockReport())], "locked"),
        ([record("closed"), record("locked", lock=LockReport(writable=Tally(count=1)))], "partly locked"),
        ([record("closed"), record("reopened", until=END)], "reopened"),
        ([record("closed"), record("reopened", until=END), record("closed", at=END)], "closed"),
        ([record("trusted")], "open"),
    ],
)
def test_the_state_follows_from_the_records(book, events, state):
    opened(book, record("opened"))
    for event in events:
        book.add(event)
    assert book.find(FOLDER).state == state
    assert book.find(FOLDER).line.startswith(f"{state}  {FOLDER}  ")
    if state in ("open", "reopened"):
        book.require_open(FOLDER)
    else:
        with pytest.raises(RefusedError, match=r"scizoo visit reopen 20260101/20260914"):
            book.require_open(FOLDER)


def test_a_visit_never_opened_names_those_that_were(book):
    with pytest.raises(RefusedError, match="none yet"):
        book.find("20260101/20260914")
    opened(book, record("opened"))
    with pytest.raises(RefusedError, match=r"the newest: 20260101/20260914"):
        book.find("20269999/20260914")


def test_its_visits_keep_their_names(book):
    opened(book, record("opened"))
    (kept,) = book.kept("20260101")
    assert (kept.visit.name, kept.over) == ("20260914", False)
    assert book.kept("20260102") == []
    book.set_span(FOLDER, Span(BEGIN - timedelta(days=1), BEGIN, END))
    assert book.kept("20260101")[0].over


def test_a_record_that_cannot_be_written_changes_nothing(book, tmp_path):
    opened(book, record("opened"))
    other = sqlite3.connect(tmp_path / "sessions.db")
    other.execute("DROP TABLE visit_record")
    other.commit()
    other.close()
    with pytest.raises(StoreError, match="cannot be written"):
        book.add(record("closed"))
    assert book.find(FOLDER).state == "open"


def test_of_a_proprietary_proposal_neither_title_nor_abstract_is_kept():
    proposal = Proposal(number="20260102", title="Secret", abstract="hush", pi=Person(account="gracehop"))
    facts = facts_of(proposal, "proprietary")
    assert (facts.title, facts.abstract, facts.pi) == ("", "", "gracehop")
    assert facts_of(proposal, "visitors").title == "Secret"


def test_a_folder_that_is_locked_refuses_a_session_whoever_locked_it():
    state = FolderState(path=FOLDER, device=1, inode=1, uid=1, gid=1, mode=0o3770)
    require_unlocked(FOLDER, [state])
    with pytest.raises(RefusedError, match="is locked"):
        require_unlocked(FOLDER, [state.model_copy(update={"mode": 0o3550})])
