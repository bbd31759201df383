"""SciCat's proposals as a user office: what it lacks, many pages, and its log-in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from consumers.testing.scicat_server import ScicatServer
from sdm.errors import OfficeSettingsError, OfficeUnavailableError
from sdm.user_office.protocol import Person
from sdm.user_office.scicat import PAGE, ScicatOffice

PLAIN = {
    "proposalId": "20260101",
    "title": "Ice",
    "email": "ada@example.org",
    "ownerGroup": "g",
    "type": "Default",
}


@pytest.fixture
def server() -> Iterator[ScicatServer]:
    with ScicatServer() as server:
        server.state.proposals["20260101"] = PLAIN
        yield server


@pytest.fixture
def settings(server: ScicatServer, tmp_path: Path) -> dict[str, str]:
    file = tmp_path / "secret"
    file.write_text("aman")
    file.chmod(0o600)
    return {"url": server.url, "username": "ingestor", "secret_file": str(file), "attempts": "1"}


def tell(server: ScicatServer, **fields: object) -> None:
    server.state.proposals["20260101"] = PLAIN | fields


def test_a_proposal_without_anything_of_the_site_is_accepted_and_has_no_accounts(server, settings):
    proposal = ScicatOffice(**settings).proposal("20260101")
    assert (proposal.status, proposal.title, proposal.type) == ("Accepted", "Ice", "Default")
    assert proposal.people == (Person(email="ada@example.org"),)


def test_nulls_are_as_good_as_absent(server, settings):
    nothing = dict.fromkeys(
        (
            "abstract",
            "type",
            "MeasurementPeriodList",
            "instrumentIds",
            "parentProposalId",
            "metadata",
            "pi_email",
        )
    )
    tell(server, **nothing)
    assert ScicatOffice(**settings).proposal("20260101").schedule == ()


def test_a_beamline_is_the_last_part_of_an_instrument_or_what_the_site_says(server, settings):
    period = {
        "instrument": "/MAXIV/BioMAX",
        "start": "2026-09-14T06:00:00.000Z",
        "end": "2026-09-15T06:00:00.000Z",
    }
    backwards = period | {"start": period["end"], "end": period["start"]}
    tell(server, instrumentIds=["20.500.1/x7"], MeasurementPeriodList=[period, backwards])
    assert ScicatOffice(**settings).proposal("20260101").beamlines == ("x7", "biomax")
    named = ScicatOffice(**settings, instruments="balder:20.500.1/x7,mx1:/MAXIV/BioMAX")
    assert named.proposal("20260101").beamlines == ("balder", "mx1")
    assert len(named.proposal("20260101").blocks_at("mx1")) == 1


def test_every_page_is_read(server, settings):
    for number in range(2 * PAGE):
        identifier = f"{20270000 + number}"
        server.state.proposals[identifier] = PLAIN | {"proposalId": identifier, "instrumentIds": ["demo"]}
    assert len(ScicatOffice(**settings).proposals("demo")) == 2 * PAGE
    assert len(server.requests) == 3


def test_one_that_cannot_be_read_costs_no_other_and_tells_no_title(server, settings, caplog):
    server.state.proposals["20260102"] = PLAIN | {"proposalId": "20260102", "title": ["Very secret"]}
    tell(server, instrumentIds=["demo"])
    office = ScicatOffice(**settings)
    assert [proposal.number for proposal in office.proposals("demo")] == ["20260101"]
    assert "proposal 20260102 is left out" in caplog.text
    with pytest.raises(OfficeUnavailableError, match="title: string_type") as caught:
        office.proposal("20260102")
    assert "Very secret" not in caplog.text + str(caught.value)


def test_a_wrong_password_is_unavailable_and_not_told(server, settings):
    Path(settings["secret_file"]).write_text("wrong-one")
    with pytest.raises(OfficeUnavailableError, match="answers 401") as caught:
        ScicatOffice(**settings).proposal("20260101")
    assert "wrong-one" not in str(caught.value)


def test_a_maintenance_page_is_no_log_in(server, settings):
    server.maintenance = True
    with pytest.raises(OfficeUnavailableError, match="no JSON"):
        ScicatOffice(**settings).proposal("20260101")


def test_an_account_is_wanted(settings):
    del settings["username"]
    with pytest.raises(OfficeSettingsError, match="username: Field required"):
        ScicatOffice(**settings)
