"""A PathFixer device with a user office on the network, near, slow and away."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import tango

from pathfixer.errors import CommandError
from scizoo.services.device_server import DeviceServer
from sdm.testing.duo_server import SECRET, DuoServer, Fault
from sdm.user_office.protocol import Block, Person, Proposal
from tests.integration.pathfixer.conftest import Beamline, beamline_of
from tests.quickness import median_seconds
from tests.waiting import wait_for

NOW = datetime.now(timezone.utc).replace(microsecond=0)
RUNNING = Block(beamline="demo", start=NOW - timedelta(hours=8), end=NOW + timedelta(hours=8))
ADA, CARL = Person(account="adalov"), Person(account="carlcarl")
NUMBERS = [f"{NOW.year}010{digit}" for digit in range(1, 5)]
ICE = Proposal(
    number=NUMBERS[0], title="Ice", pi=ADA, members=(CARL,), beamlines=("demo",), schedule=(RUNNING,)
)
CATHODE = ICE.model_copy(
    update={
        "number": NUMBERS[1],
        "title": "Degradation of a cathode",
        "abstract": "Cobalt-free.",
        "type": "Proprietary",
    }
)
IDLE = ICE.model_copy(update={"number": NUMBERS[2], "schedule": ()})
UNHEARD = NUMBERS[3]
AWAY = Fault(status=503)


@pytest.fixture
def duo() -> Iterator[DuoServer]:
    with DuoServer([ICE, CATHODE, IDLE]) as duo:
        yield duo


@pytest.fixture
def duo_properties(duo: DuoServer, tmp_path: Path) -> dict[str, object]:
    secret = tmp_path / "duo-secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    settings = [f"url={duo.url}", f"secret_file={secret}", "facility=demo", "attempts=1", "timeout_s=20"]
    return {
        "UserOffice": "duo",
        "UserOfficeSettings": settings,
        "Staff": "lismei",
        "OfficeRecheck": "0.2",
    }


@pytest.fixture
def at_duo(start_path_fixer, site, duo_properties) -> Beamline:
    return knowing(beamline_of(start_path_fixer(**duo_properties), site))


def knowing(beamline: Beamline) -> Beamline:
    """Return a beamline whose PathFixer has heard the office."""
    wait_for(lambda: beamline.device.ProposalsAsOf, 10, "the office's answer")
    return beamline


def test_a_session_opens_on_duo_s_word(at_duo):
    assert at_duo.client.open_session("carlcarl", ICE.number) == []
    session = at_duo.client.session()
    assert (session.origin, session.category, session.proposal) == ("live", "visitors", ICE.number)
    assert abs(session.visit_ends_at - RUNNING.end) < timedelta(seconds=1)


def test_what_is_known_and_scheduled_opens_while_duo_is_away(at_duo, duo):
    duo.always = AWAY
    (warning,) = at_duo.client.open_session("carlcarl", ICE.number)
    assert "the user office is away" in warning
    session = at_duo.client.session()
    assert session.origin == "cached"
    assert session.office_as_of is not None
    assert "the user office was away" in at_duo.device.History[0]
    assert at_duo.device.state() == tango.DevState.ON, at_duo.device.status()
    assert warning in at_duo.device.status()


def test_when_duo_answers_again_what_it_confirms_is_live(at_duo, duo):
    duo.always = AWAY
    at_duo.client.open_session("carlcarl", ICE.number)
    opened = at_duo.client.session()
    duo.always = None
    wait_for(lambda: at_duo.client.session().origin == "live", 10, "the office's word")
    session = at_duo.client.session()
    assert (session.revision, session.path) == (opened.revision + 1, opened.path)
    assert (session.warnings, session.objection) == ([], None)
    assert "confirmed" in at_duo.device.History[0]
    assert at_duo.device.state() == tango.DevState.ON
    asked = len(duo.requests)
    at_duo.client.set_sample("ice")
    assert [one for one in duo.requests[asked:] if ICE.number in one] == [], "it is asked no more"


def test_when_duo_answers_again_what_it_refuses_is_an_alarm_that_ends_nothing(at_duo, duo):
    duo.always = AWAY
    at_duo.client.open_session("carlcarl", ICE.number)
    opened = at_duo.client.session()
    duo.tell(ICE.model_copy(update={"members": ()}))
    duo.always = None
    wait_for(lambda: at_duo.device.state() == tango.DevState.ALARM, 10, "ALARM")
    assert f"carlcarl belongs neither to proposal {ICE.number}" in at_duo.device.status()
    session = at_duo.client.session()
    assert (session.state, session.origin, session.path) == ("open", "cached", opened.path)
    at_duo.server.restart()
    told = [line for line in at_duo.device.History if "doubted" in line]
    assert len(told) == 1
    assert "belongs neither" in told[0]
    duo.tell(ICE)
    wait_for(lambda: at_duo.device.state() == tango.DevState.ON, 10, "ON")
    assert at_duo.client.session().origin == "live"


@pytest.mark.parametrize("number", [IDLE.number, UNHEARD])
def test_anything_else_takes_staff_and_a_reason_that_history_keeps(at_duo, duo, number):
    duo.always = AWAY
    with pytest.raises(CommandError, match="only staff may open it"):
        at_duo.client.open_session("carlcarl", number, override_reason="please")
    with pytest.raises(CommandError, match="with an override_reason"):
        at_duo.client.open_session("lismei", number)
    at_duo.client.open_session("lismei", number, override_reason="beam is on")
    session = at_duo.client.session()
    assert (session.origin, session.override_reason) == ("override", "beam is on")
    assert "by override: beam is on" in at_duo.device.History[0]
    at_duo.client.close_session()
    assert "by override: beam is on" in at_duo.device.History[1]


def test_a_restarted_device_remembers_what_duo_told_before_it_went_away(at_duo, duo):
    heard_by = at_duo.device.ProposalsAsOf
    duo.always, away_since = AWAY, datetime.now(timezone.utc).isoformat(timespec="seconds")
    at_duo.server.restart()
    assert heard_by <= knowing(at_duo).device.ProposalsAsOf <= away_since
    at_duo.client.stage("Username", "carlcarl")
    wait_for(lambda: f"{ICE.number}  Ice" in (at_duo.device.AvailableProposals or ()), 5, "what is offered")
    at_duo.client.open_session("carlcarl", ICE.number)
    assert at_duo.client.session().origin == "cached"


def test_a_proprietary_title_stands_nowhere_at_the_beamline(at_duo, duo, site, tmp_path):
    heard: list[str] = []
    watch = at_duo.device.subscribe_event(
        "Sample", tango.EventType.CHANGE_EVENT, lambda event: heard.append(str(event.attr_value))
    )
    at_duo.client.open_session("carlcarl", CATHODE.number, sample="nickel-rich")
    at_duo.client.set_sample("manganese")
    wait_for(lambda: at_duo.device.read_attribute("Sample").w_value == "s02", 5, "the written name covered")
    wait_for(lambda: any("s02" in text for text in heard), 5, "its event")
    at_duo.device.unsubscribe_event(watch)
    at_duo.client.stage("Username", "lismei")
    at_duo.client.proposals()
    wait_for(lambda: CATHODE.number in (at_duo.device.AvailableProposals or ()), 5, "what is offered")
    duo.always = AWAY
    at_duo.client.open_session("carlcarl", CATHODE.number, sample="nickel-rich")
    assert at_duo.client.session().sample == "s01"
    with pytest.raises(CommandError, match="sample is refused"):
        at_duo.client.open_session("carlcarl", CATHODE.number, sample="nickel-rich/ä")
    with pytest.raises(CommandError, match="sample is refused"):
        at_duo.client.set_sample("nickel-rich/ö")
    shown = [str(at_duo.device.read_attribute(name)) for name in at_duo.device.get_attribute_list()]
    shown += heard
    written = b"".join(file.read_bytes() for file in site.state.rglob("*") if file.is_file())
    for secret in (CATHODE.title, CATHODE.abstract):
        assert secret not in "\n".join(shown)
        assert secret.encode() not in written
        assert secret not in at_duo.server.log_file.read_text()
    for sample in ("nickel-rich", "manganese"):
        assert sample not in "\n".join(shown)
        assert sample not in at_duo.server.log_file.read_text()
    assert SECRET not in "\n".join(shown) + at_duo.server.log_file.read_text()


def test_attributes_are_read_at_once_while_duo_is_slow(at_duo, duo):
    duo.always = Fault(delay_s=5)
    at_duo.device.OpenSession(f'{{"username": "carlcarl", "proposal": "{ICE.number}"}}')
    wait_for(lambda: at_duo.device.state() == tango.DevState.RUNNING, 5, "RUNNING")
    for ask in (lambda: at_duo.device.read_attribute("SamplePath"), at_duo.device.Proposals):
        assert median_seconds(ask, 0.005) < 0.005


def test_a_wrong_setting_is_fault_and_names_it(start_path_fixer, duo_properties):
    settings = [*duo_properties["UserOfficeSettings"], "verify=no"]
    server: DeviceServer = start_path_fixer(**duo_properties | {"UserOfficeSettings": settings})
    assert server.proxy().state() == tango.DevState.FAULT
    assert "verify" in server.proxy().status()
    assert SECRET not in server.proxy().status()
