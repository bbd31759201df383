"""The user office's answers on disk: for how long, and what never gets there."""

import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.user_office.disk_cache import DiskCache
from sdm.user_office.protocol import Person, Proposal
from sdm.user_office.remembering import RememberingOffice

ICE = Proposal(
    number="20260101",
    title="Ice",
    abstract="How ice grows.",
    pi=Person(account="adalov"),
    beamlines=("demo",),
)
CATHODE = ICE.model_copy(
    update={"number": "20260102", "title": "Cathode", "abstract": "Nickel.", "type": "PROPRIETARY"}
)
SECRETS = ("Cathode", "Nickel.")
CLOSED = ("Proprietary",)
KEEP = timedelta(days=30)


class Desk:
    """An office that can be closed, its memory, and the clock."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "office.db"
        self.known = {proposal.number: proposal for proposal in (ICE, CATHODE)}
        self.is_open = True
        self.now = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)

    @property
    def memory(self) -> RememberingOffice:
        """A new process each time: it knows what is on disk."""
        cache = DiskCache(self.file, CLOSED, KEEP, lambda: self.now)
        return RememberingOffice(self, cache, CLOSED, lambda: self.now)

    def proposal(self, number: str) -> Proposal:
        self._require_open()
        if number not in self.known:
            raise UnknownProposalError(number)
        return self.known[number]

    def proposals(self, beamline: str) -> list[Proposal]:
        self._require_open()
        return list(self.known.values())

    def _require_open(self) -> None:
        if not self.is_open:
            raise OfficeUnavailableError("closed")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_an_answer_is_live_and_outlives_the_office_as_cached_with_its_age(desk):
    assert desk.memory.proposal("20260101").origin == "live"
    told_at, desk.now = desk.now, desk.now + timedelta(days=2)
    desk.is_open = False
    told = desk.memory.proposal("20260101")
    assert (told.origin, told.told_at, told.trouble) == ("cached", told_at, "closed")
    assert (told.proposal.title, told.proposal.pi) == (ICE.title, ICE.pi)


def test_what_was_never_told_is_not_known_while_the_office_is_away(desk):
    desk.memory.proposal("20260101")
    desk.is_open = False
    with pytest.raises(OfficeUnavailableError, match="closed"):
        desk.memory.proposal("20260102")


def test_what_was_told_too_long_ago_counts_as_unknown_and_goes(desk):
    desk.memory.proposal("20260101")
    desk.now += KEEP + timedelta(seconds=1)
    desk.is_open = False
    with pytest.raises(OfficeUnavailableError):
        desk.memory.proposal("20260101")
    desk.is_open = True
    desk.memory.proposal("20260102")
    assert b"20260101" not in desk.file.read_bytes()


def test_an_office_that_does_not_know_it_is_believed(desk):
    desk.memory.proposal("20260101")
    del desk.known["20260101"]
    with pytest.raises(UnknownProposalError):
        desk.memory.proposal("20260101")
    desk.is_open = False
    with pytest.raises(OfficeUnavailableError):
        desk.memory.proposal("20260101")


def test_the_list_of_a_beamline_is_remembered_with_its_age(desk):
    assert desk.memory.listed("demo").told_at is None
    live = desk.memory.proposals("demo")
    told_at, desk.now = desk.now, desk.now + timedelta(hours=1)
    desk.is_open = False
    away = desk.memory.proposals("demo")
    assert (away.proposals, away.told_at, away.trouble) == (live.proposals, told_at, "closed")
    assert desk.memory.listed("demo").proposals == live.proposals
    assert desk.memory.proposals("other").proposals == ()


def test_title_and_abstract_of_a_closed_type_reach_neither_answer_nor_disk(desk):
    desk.memory.proposals("demo")
    told = [desk.memory.proposal(number).proposal for number in desk.known]
    desk.is_open = False
    told += [desk.memory.proposal(number).proposal for number in desk.known]
    on_disk = b"".join(file.read_bytes() for file in desk.file.parent.iterdir())
    for secret in SECRETS:
        assert secret.encode() not in on_disk
        assert not any(secret in proposal.model_dump_json() for proposal in told)
    assert b"Ice" in on_disk


def test_a_title_that_becomes_secret_is_wiped_from_the_disk(desk):
    desk.known["20260101"] = ICE.model_copy(update={"title": "Superconductors " * 200})
    desk.memory.proposal("20260101")
    assert b"Superconductors" in desk.file.read_bytes()
    desk.known["20260101"] = desk.known["20260101"].model_copy(update={"type": "Proprietary"})
    desk.memory.proposal("20260101")
    assert b"Superconductors" not in b"".join(file.read_bytes() for file in desk.file.parent.iterdir())


def test_nobody_else_reads_the_file(desk):
    desk.memory.proposal("20260101")
    assert stat.S_IMODE(desk.file.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"no database" * 1000, b""])
def test_a_damaged_copy_is_begun_anew(desk, content):
    desk.file.write_bytes(content)
    desk.is_open = False
    with pytest.raises(OfficeUnavailableError):
        desk.memory.proposal("20260101")
    desk.is_open = True
    desk.memory.proposal("20260101")
    desk.is_open = False
    assert desk.memory.proposal("20260101").origin == "cached"


def test_a_disk_that_takes_nothing_costs_no_live_answer(desk):
    desk.file.mkdir()
    assert desk.memory.proposal("20260101").origin == "live"
