"""Several PathFixers in one control system."""

import tango

from tests.integration.pathfixer.conftest import beamline_of
from tests.waiting import wait_for


def test_a_macro_server_that_two_name_is_an_alarm_in_both(start_path_fixer, site, sardana, tmp_path):
    shared = sardana.macro_server
    first = start_path_fixer(MacroServers=shared, StateDirectory=str(tmp_path / "one")).proxy()
    second = start_path_fixer(Endstations=f"EA01={shared.upper()}", StateDirectory=str(tmp_path / "two"))
    other = second.proxy()
    for device, names in ((first, other), (other, first)):
        words = f"{shared} is named by {names.name()} too"
        wait_for(lambda device=device, words=words: words in device.status(), 60, words)
        assert device.state() == tango.DevState.ALARM
    second.stop()
    wait_for(lambda: first.state() == tango.DevState.STANDBY, 60, "alone again")


def test_path_fixers_with_nothing_in_common_leave_each_other_alone(start_path_fixer, site, tmp_path):
    first = beamline_of(start_path_fixer(StateDirectory=str(tmp_path / "one")), site)
    second = beamline_of(start_path_fixer(StateDirectory=str(tmp_path / "two")), site)
    first.client.open_session("carlcarl", "20260101", visit="20260914")
    assert second.client.session().state == "closed"
    second.client.open_session("gracehop", "20260102", visit="20260914")
    assert first.device.Proposal == "20260101"


def test_two_endstations_of_one_visit_mix_no_samples_under_a_code(start_path_fixer, site, tmp_path):
    first = beamline_of(start_path_fixer(StateDirectory=str(tmp_path / "one")), site)
    second = beamline_of(start_path_fixer(StateDirectory=str(tmp_path / "two")), site)
    for one, sample in ((first, "nickel"), (second, "cobalt")):
        one.client.open_session("gracehop", "20260102", visit="20260914", sample=sample)
    assert (first.client.session().sample, second.client.session().sample) == ("s01", "s02")
    first.client.set_sample("iron")
    second.client.set_sample("zinc")
    assert (first.client.session().sample, second.client.session().sample) == ("s03", "s04")
    first.client.set_sample("nickel")
    second.client.set_sample("cobalt")
    assert (first.device.Sample, second.device.Sample) == ("s01", "s02")
