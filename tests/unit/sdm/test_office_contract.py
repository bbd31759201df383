"""What every user office keeps to: the same tests for DUO, SciCat and YAML."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml

from consumers.testing.scicat_server import Fault as ScicatFault
from consumers.testing.scicat_server import ScicatServer
from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.testing.duo_server import SECRET, DuoServer
from sdm.testing.duo_server import Fault as DuoFault
from sdm.user_office.choose import open_office
from sdm.user_office.protocol import Block, Person, Proposal, UserOffice

YEAR = datetime.now(timezone.utc).year
ICE_NUMBER, CATHODE_NUMBER, LATER_NUMBER = f"{YEAR}0101", f"{YEAR}0102", f"{YEAR}0103"
ADA = Person(first_name="Ada", last_name="Lovelace", email="ada@example.org", account="adalov")
CARL = Person(first_name="Carl", last_name="Carlsson", email="carl@example.org", account="carlcarl")
LISE = Person(first_name="Lise", last_name="Meitner", email="lise@example.org")


def block(day: int, hours: int = 8, beamline: str = "demo") -> Block:
    start = datetime(YEAR, 9, day, 6, tzinfo=timezone.utc)
    return Block(beamline=beamline, start=start, end=start.replace(hour=6 + hours))


ICE = Proposal(
    number=ICE_NUMBER,
    title="Ice in porous glass",
    abstract="How ice grows.",
    type="Normal",
    pi=ADA,
    members=(CARL, LISE),
    beamlines=("demo",),
    schedule=(block(14), block(20)),
)
CATHODE = Proposal(
    number=CATHODE_NUMBER,
    title="Degradation of a cathode",
    abstract="Not for everybody.",
    type="Proprietary",
    status="Finished",
    pi=ADA,
    members=(CARL,),
    beamlines=("demo", "other"),
    parent=ICE_NUMBER,
)
LATER = ICE.model_copy(update={"number": LATER_NUMBER, "beamlines": ("other",), "schedule": ()})


@dataclass
class Desk:
    """An office, and ways to change what it tells and to close it."""

    office: UserOffice
    tell: Callable[[Proposal], None]
    forget: Callable[[str], None]
    close: Callable[[], None]


@pytest.fixture(params=["duo", "scicat", "yaml"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    making = {"duo": duo_desk, "scicat": scicat_desk, "yaml": yaml_desk}[request.param](tmp_path)
    desk = next(making)
    for proposal in (ICE, CATHODE, LATER):
        desk.tell(proposal)
    yield desk
    making.close()


def duo_desk(folder: Path) -> Iterator[Desk]:
    secret = secret_file(folder, SECRET)
    with DuoServer() as server:
        settings = {"url": server.url, "secret_file": str(secret), "facility": "demo", "attempts": "1"}

        def close() -> None:
            server.always = DuoFault(status=500)

        yield Desk(open_office("duo", settings), server.tell, server.forget, close)


def scicat_desk(folder: Path) -> Iterator[Desk]:
    secret = secret_file(folder, "aman")
    with ScicatServer() as server:
        settings = {
            "url": server.url,
            "username": "ingestor",
            "secret_file": str(secret),
            "id_prefix": "20.500.12345/",
            "attempts": "1",
        }

        def tell(proposal: Proposal) -> None:
            told = scicat_proposal(proposal)
            server.state.proposals[told["proposalId"]] = told

        def close() -> None:
            server.always = ScicatFault(status=500)

        office = open_office("scicat", settings)
        yield Desk(office, tell, lambda number: server.state.proposals.pop(f"20.500.12345/{number}"), close)


def scicat_proposal(proposal: Proposal) -> dict[str, Any]:
    people = {
        "pi_firstname": proposal.pi.first_name,
        "pi_lastname": proposal.pi.last_name,
        "pi_email": proposal.pi.email,
        "firstname": CARL.first_name,
        "lastname": CARL.last_name,
        "email": CARL.email,
    }
    named = [
        (person.first_name, person.last_name, person.email, person.account) for person in proposal.members
    ]
    members = [dict(zip(("firstname", "lastname", "email", "account"), one, strict=True)) for one in named]
    metadata = {
        "account": CARL.account,
        "pi_account": {"value": proposal.pi.account},
        "status": proposal.status,
        "members": members,
    }
    periods = [
        {"instrument": f"/MAXIV/{one.beamline.upper()}", "start": stamp(one.start), "end": stamp(one.end)}
        for one in proposal.schedule
    ]
    return {
        **people,
        "proposalId": f"20.500.12345/{proposal.number}",
        "ownerGroup": "somebody",
        "title": proposal.title,
        "abstract": proposal.abstract,
        "type": proposal.type,
        "metadata": metadata,
        "instrumentIds": list(proposal.beamlines),
        "MeasurementPeriodList": periods,
        "parentProposalId": f"20.500.12345/{proposal.parent}" if proposal.parent else None,
    }


def stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", ".000Z")


def yaml_desk(folder: Path) -> Iterator[Desk]:
    file = folder / "office.yaml"
    told: dict[str, Proposal] = {}

    def write() -> None:
        proposals = [proposal.model_dump(mode="json") for proposal in told.values()]
        file.write_text(yaml.safe_dump({"proposals": proposals}))

    def tell(proposal: Proposal) -> None:
        told[proposal.number] = proposal
        write()

    def forget(number: str) -> None:
        del told[number]
        write()

    yield Desk(open_office("yaml", {"file": str(file)}), tell, forget, file.unlink)


def secret_file(folder: Path, secret: str) -> Path:
    file = folder / "secret"
    file.write_text(f"{secret}\n")
    file.chmod(0o600)
    return file


@pytest.mark.parametrize("proposal", [ICE, CATHODE], ids=["ice", "cathode"])
def test_a_proposal_arrives_whole(desk, proposal):
    assert desk.office.proposal(proposal.number) == proposal


def test_those_of_a_beamline_are_listed_newest_first(desk):
    assert desk.office.proposals("demo") == [CATHODE, ICE]
    assert [proposal.number for proposal in desk.office.proposals("other")] == [LATER_NUMBER, CATHODE_NUMBER]
    assert desk.office.proposals("elsewhere") == []


def test_an_unknown_proposal_is_an_answer(desk):
    with pytest.raises(UnknownProposalError, match="20001234"):
        desk.office.proposal("20001234")


def test_a_proposal_may_be_forgotten(desk):
    desk.forget(LATER_NUMBER)
    with pytest.raises(UnknownProposalError):
        desk.office.proposal(LATER_NUMBER)


@pytest.mark.parametrize("status", ["Accepted", "Finished", "Refused", "In Review", "Editing", "Odd"])
def test_a_status_is_told_as_it_is(desk, status):
    desk.tell(ICE.model_copy(update={"status": status}))
    assert desk.office.proposal(ICE_NUMBER).status == status


def test_a_block_that_moved_counts_at_once(desk):
    desk.tell(ICE.model_copy(update={"schedule": (block(21),)}))
    assert desk.office.proposal(ICE_NUMBER).blocks_at("demo") == [block(21)]


def test_overlapping_blocks_are_both_told(desk):
    overlapping = (block(14, 8), block(14, 12))
    desk.tell(ICE.model_copy(update={"schedule": overlapping}))
    assert desk.office.proposal(ICE_NUMBER).schedule == overlapping


def test_no_schedule_is_no_failure(desk):
    desk.tell(ICE.model_copy(update={"schedule": ()}))
    assert desk.office.proposal(ICE_NUMBER).schedule == ()
    assert ICE_NUMBER in [proposal.number for proposal in desk.office.proposals("demo")]


def test_a_block_at_a_beamline_is_enough_to_be_listed_there(desk):
    desk.tell(LATER.model_copy(update={"beamlines": (), "schedule": (block(14),)}))
    assert desk.office.proposals("demo")[0].number == LATER_NUMBER


def test_an_office_that_is_away_says_so_and_tells_no_title(desk):
    desk.close()
    for ask in (lambda: desk.office.proposal(CATHODE_NUMBER), lambda: desk.office.proposals("demo")):
        with pytest.raises(OfficeUnavailableError) as caught:
            ask()
        assert CATHODE.title not in str(caught.value)
        assert CATHODE.abstract not in str(caught.value)


def test_titles_stand_in_no_repr(desk):
    shown = repr(desk.office.proposal(CATHODE_NUMBER))
    assert CATHODE.title not in shown
    assert CATHODE.abstract not in shown
