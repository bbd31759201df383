"""DUO over HTTP: its dates, its odd rows, and everything that can go wrong on the way."""

import ssl
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sdm.errors import OfficeSettingsError, OfficeUnavailableError, UnknownProposalError
from sdm.testing.duo_rows import pgroup_of
from sdm.testing.duo_server import SECRET, DuoServer, Fault
from sdm.user_office.duo import DuoOffice
from sdm.user_office.duo_rows import local_time, merge_rows, read_group, read_rows
from sdm.user_office.protocol import Person, Proposal

STOCKHOLM = ZoneInfo("Europe/Stockholm")
ICE = Proposal(number="20260101", title="Ice", pi=Person(account="adalov"), beamlines=("BioMAX",))


@pytest.fixture
def server() -> Iterator[DuoServer]:
    with DuoServer([ICE]) as server:
        yield server


@pytest.fixture
def settings(server: DuoServer, tmp_path: Path) -> dict[str, str]:
    return settings_of(server, tmp_path)


def settings_of(server: DuoServer, folder: Path) -> dict[str, str]:
    file = folder / "secret"
    file.write_text(SECRET)
    file.chmod(0o600)
    return {"url": server.url, "secret_file": str(file), "facility": "demo", "timeout_s": "30"}


def test_a_passing_failure_is_tried_again(server, settings):
    server.faults = {1: Fault(status=503), 2: Fault(form="cut")}
    assert DuoOffice(**settings).proposal("20260101").title == "Ice"


def test_a_lasting_failure_is_told_after_three_attempts(server, settings):
    server.always = Fault(status=502)
    with pytest.raises(OfficeUnavailableError, match="answers 502, 3 times"):
        DuoOffice(**settings).proposal("20260101")
    assert len(server.requests) == 3


def test_silence_ends_with_the_time_out(server, settings):
    server.always = Fault(delay_s=3)
    start = time.monotonic()
    with pytest.raises(OfficeUnavailableError, match="ReadTimeout, 2 times"):
        DuoOffice(**settings | {"timeout_s": "0.1", "attempts": "2"}).proposal("20260101")
    assert time.monotonic() - start < 10


def test_an_answer_that_drips_ends_with_the_patience(server, settings):
    server.always = Fault(form="drip")
    start = time.monotonic()
    with pytest.raises(OfficeUnavailableError, match=r"(in|not all there in) 0.3 s"):
        DuoOffice(**settings | {"patience_s": "0.3"}).proposal("20260101")
    assert time.monotonic() - start < 10


def test_nobody_there_is_unavailable(settings):
    with pytest.raises(OfficeUnavailableError, match="ConnectionError"):
        DuoOffice(**settings | {"url": "http://127.0.0.1:9/duo", "attempts": "1"}).proposal("20260101")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(form="page"), "no JSON"),
        (Fault(status=404, form="page"), "404 and no JSON"),
        (Fault(status=400), "is the address right"),
    ],
)
def test_what_is_no_answer_of_duo_is_not_taken_for_one(server, settings, fault, reason):
    server.always = fault
    with pytest.raises(OfficeUnavailableError, match=reason):
        DuoOffice(**settings).proposal("20260101")
    assert len(server.requests) == 1, "nothing to try again"


def test_a_redirect_is_not_followed_our_secret_would_go_along(server, settings):
    with DuoServer([ICE]) as elsewhere:
        server.always = Fault(
            status=302, location=f"{elsewhere.url}/ProposalInfos/details/demo/?propid=20260101"
        )
        with pytest.raises(OfficeUnavailableError, match="answers 302"):
            DuoOffice(**settings).proposal("20260101")
        assert elsewhere.requests == []


def test_neither_a_proxy_nor_netrc_changes_what_is_asked_on_this_machine(
    server, settings, tmp_path, monkeypatch
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    DuoOffice(**settings).proposal("20260101")
    assert "authorization" not in server.headers[0]


@pytest.mark.parametrize(("way", "header"), [("header", "x-api-secret"), ("cookie", "cookie")])
def test_the_secret_goes_in_a_header_or_in_a_cookie(server, settings, way, header):
    DuoOffice(**settings | {"sent_as": way}).proposal("20260101")
    assert SECRET in server.headers[0][header]


def test_a_wrong_secret_is_told_without_telling_it(server, settings):
    Path(settings["secret_file"]).write_text("wrong-one")
    with pytest.raises(OfficeUnavailableError, match="answers 403: is the secret right") as caught:
        DuoOffice(**settings).proposal("20260101")
    assert "wrong-one" not in str(caught.value)


def test_a_changed_secret_counts_at_once(server, settings):
    office = DuoOffice(**settings)
    office.proposal("20260101")
    server.secret = "renewed"
    Path(settings["secret_file"]).write_text("renewed")
    assert office.proposal("20260101").number == "20260101"


def test_a_secret_that_others_may_read_is_not_used(server, settings):
    Path(settings["secret_file"]).chmod(0o644)
    with pytest.raises(OfficeUnavailableError, match="chmod 600"):
        DuoOffice(**settings).proposal("20260101")
    assert server.requests == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(timezone.utc)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_a_certificate_is_trusted_only_when_the_site_says_so(certificate, tmp_path):
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with DuoServer([ICE], tls=tls) as server:
        settings = settings_of(server, tmp_path)
        with pytest.raises(OfficeUnavailableError, match="certificate is not trusted"):
            DuoOffice(**settings).proposal("20260101")
        assert server.requests == [], "nothing was sent, the secret neither"
        assert DuoOffice(**settings, ca_file=str(certificate)).proposal("20260101").title == "Ice"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"url": "http://office.example.org/duo"}, "https is wanted"),
        ({"url": "https://me:secret-word@office.example.org"}, "no user or password"),
        ({"url": "office.example.org"}, "an address like"),
        ({"zone": "Mars/Olympus"}, "no zone"),
        ({"facility": "a/b"}, "facility"),
        ({"secret_env": "X"}, "either secret_file"),
        ({"verify": "no"}, "verify: Extra inputs"),
        ({"beamlines": "biomax"}, "our name"),
        ({"timeout_s": "0"}, "timeout_s"),
    ],
)
def test_a_wrong_setting_is_named_and_not_repeated(settings, change, reason):
    with pytest.raises(OfficeSettingsError, match=reason) as caught:
        DuoOffice(**settings | change)
    assert "secret-word" not in str(caught.value)


def test_a_beamline_may_have_another_name_in_duo(server, settings):
    assert DuoOffice(**settings).proposal("20260101").beamlines == ("biomax",)
    office = DuoOffice(**settings | {"beamlines": "mx1:BioMAX"})
    assert office.proposal("20260101").beamlines == ("mx1",)
    assert [proposal.number for proposal in office.proposals("mx1")] == ["20260101"]
    assert any("scheduled/demo/?beamline=BioMAX" in request for request in server.requests)


@pytest.mark.parametrize(
    ("text", "is_end", "utc"),
    [
        ("14/09/2026 08:00:00", False, "2026-09-14T06:00"),
        ("14/09/2026", False, "2026-09-13T22:00"),
        ("14/09/2026", True, "2026-09-14T22:00"),
        ("25/10/2026 02:30:00", False, "2026-10-25T00:30"),
        ("25/10/2026 02:30:00", True, "2026-10-25T01:30"),
        (" 14/01/2026 08:00:00 ", True, "2026-01-14T07:00"),
    ],
)
def test_a_date_is_local_time(text, is_end, utc):
    assert f"{local_time(text, STOCKHOLM, is_end=is_end):%Y-%m-%dT%H:%M}" == utc


def merged(*rows):
    return merge_rows(read_rows(list(rows)), [], {}, STOCKHOLM)


def span(start, end):
    return {"start": start, "end": end, "localcontact": None}


def test_a_block_that_makes_no_sense_is_left_out_and_the_others_count(caplog):
    good = span("14/09/2026 08:00:00", "15/09/2026 08:00:00")
    odd = [span("15/09/2026", "13/09/2026"), span("2026-09-14", "2026-09-15"), span(None, None)]
    proposal = merged(
        {"proposal": "1", "title": "Very secret", "beamline": "demo", "schedule": [*odd, good, good]}
    )
    assert len(proposal.schedule) == 1
    assert caplog.text.count("is left out") == 3
    assert "Very secret" not in caplog.text


def test_a_row_for_each_beamline_is_one_proposal():
    days = [span("14/09/2026", "14/09/2026")]
    proposal = merged(
        {"proposal": "1", "beamline": "BioMAX", "schedule": days},
        {"proposal": "1", "beamline": "Balder", "schedule": None},
    )
    assert proposal.beamlines == ("biomax", "balder")
    assert [block.beamline for block in proposal.schedule] == ["biomax"]


def test_a_beamline_that_has_refused_it_is_none_of_its_beamlines():
    days = [span("14/09/2026", "14/09/2026")]
    refused = {"proposal": "1", "beamline": "Balder", "proposal_status": "Refused", "schedule": days}
    accepted = {"proposal": "1", "beamline": "BioMAX", "proposal_status": "accepted ", "schedule": days}
    for rows in ((refused, accepted), (accepted, refused)):
        proposal = merged(*rows)
        assert (proposal.status, proposal.beamlines) == ("Accepted", ("biomax",))
        assert [block.beamline for block in proposal.schedule] == ["biomax"]
    assert (merged(refused).status, merged(refused).beamlines) == ("Refused", ("balder",))


def test_without_a_pi_the_proposer_is_it():
    proposal = merged({"proposal": "1", "firstname": "Ada", "account": "AdaLov ", "pi_firstname": None})
    assert (proposal.pi.name, proposal.pi.account, proposal.members) == ("Ada", "adalov", ())


def test_without_a_status_it_has_been_approved_the_calendar_lists_no_other():
    assert merged({"proposal": "1"}).status == "Accepted"
    assert merged({"proposal": "1", "proposal_status": "in review"}).status == "In Review"


def test_a_proposal_is_not_its_own_parent():
    assert merged({"proposal": "1", "mainproposal": "1"}).parent is None
    assert merged({"proposal": "2", "mainproposal": 1}).parent == "1"


def test_an_account_is_found_where_groups_have_it():
    group = read_group({"group": {"members": [{"firstname": "Carl", "adaccount": {"username": "carlcarl"}}]}})
    assert [person.account for person in group.people()] == ["carlcarl"]
    assert read_group({"group": {"members": None}}).people() == []


@pytest.mark.parametrize("answer", ["text", 5, [{"proposal": "1", "title": ["Very secret"]}], ["x"]])
def test_another_shape_is_no_answer_and_repeats_nothing(answer):
    with pytest.raises(OfficeUnavailableError) as caught:
        read_rows(answer)
    assert "Very secret" not in str(caught.value)


@pytest.mark.parametrize("answer", [None, [], {}, [{"proposal": "", "pgroup": "p1"}]])
def test_no_rows_are_no_proposal(answer):
    assert read_rows(answer) == []


def test_one_row_that_cannot_be_read_costs_no_other(caplog):
    rows = read_rows([{"proposal": "1", "title": ["Very secret"]}, {"proposal": "2"}], skip_bad=True)
    assert [row.proposal for row in rows] == ["2"]
    assert "proposal 1 is left out" in caplog.text
    assert "Very secret" not in caplog.text


def test_people_that_duo_does_not_tell_are_no_empty_group(server, settings, caplog):
    water = ICE.model_copy(update={"number": "20260102"})
    server.tell(water)
    server.unknown_groups = {pgroup_of(ICE)}
    office = DuoOffice(**settings)
    with pytest.raises(OfficeUnavailableError, match="DUO names group p60101 and does not know it"):
        office.proposal(ICE.number)
    listed = [proposal.number for proposal in office.proposals("biomax")]
    assert listed == ["20260102"], "one without people costs no other"
    assert f"proposal {ICE.number} is left out" in caplog.text


def test_a_facility_that_duo_does_not_know_is_no_empty_list(settings):
    office = DuoOffice(**settings | {"facility": "dmeo"})
    with pytest.raises(OfficeUnavailableError, match="proposals/dmeo: answers 404: is the address right"):
        office.proposals("biomax")


def test_an_answer_about_another_proposal_is_none(server, settings):
    server.told["20260102"] = ICE
    with pytest.raises(UnknownProposalError):
        DuoOffice(**settings).proposal("20260102")
