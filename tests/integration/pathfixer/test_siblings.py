"""Several PathFixers in one control system."""

import pytest
import tango

from tests.integration.pathfixer.conftest import beamline_of
from tests.waiting import wait_for

pytestmark = pytest.mark.timeout(60)


def test_a_macro_server_that_two_name_is_an_alarm_in_both(start_path_fixer, site, sardana, tmp_path):
    shared = sardana.macro_server
    first = start_path_fixer(MacroServers=shared, StateDirectory=str(tmp_path / "one")).proxy()
    second = start_path_fixer(Endstations=f"EA01={shared.upper()}", StateDirectory=str(tmp_path / "two"))
    other = second.proxy()
    for device, names in ((first, other), (other, first)):
        wait_for(lambda device=device: device.state() == tango.DevState.ALARM, 15, "ALARM")
        assert f"{shared} is named by {names.name()} too" in device.status()
    second.stop()
    wait_for(lambda: first.state() == tango.DevState.STANDBY, 15, "alone again")


def test_path_fixers_with_nothing_in_common_leave_each_other_alone(start_path_fixer, site, tmp_path):
    first = beamline_of(start_path_fixer(StateDirectory=str(tmp_path / "one")), site)
    second = beamline_of(start_path_fixer(StateDirectory=str(tmp_path / "two")), site)
    first.client.open_session("carlcarl", "20260101", visit="20260914")
    assert second.client.session().state == "closed"
    second.client.open_session("gracehop", "20260102", visit="20260914")
    assert first.device.Proposal == "20260101"
