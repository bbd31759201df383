"""What the Tango database is asked by commands, beside what ``tango.Database`` says of it."""

import os
import subprocess
import sys

import pytest
import tango

from scifish.attributes.proxies import Device, SilentDeviceError
from scifish.errors import NoDatabaseError, UnknownDeviceError
from scifish.tango_database import devices_of, info_of, properties_of, property_of, running_devices_of

UNKNOWN = "test/nobody/1"
ASK = "import sys; from scifish.tango_database import info_of; print(info_of(sys.argv[1]).server)"


@pytest.fixture
def database(tango_db):
    return tango.Database()


def test_a_running_device_has_its_server_and_process(victim, database):
    server = victim()
    told = database.get_device_info(server.address)
    assert info_of(server.address) == info_of(server.address.upper())
    assert (info_of(server.address).exported, info_of(server.address).pid) == (True, server.pid)
    assert info_of(server.address).server == told.ds_full_name


def test_a_device_that_was_never_started_has_a_server_and_no_process(victim, database):
    server = victim(started=False)
    info = info_of(server.address)
    assert (info.exported, info.pid) == (False, None)
    assert info.server == database.get_device_info(server.address).ds_full_name


def test_of_a_class_all_or_those_that_run(victim, database):
    running, other = victim("Announcer"), victim("Announcer", started=False)
    assert {running.address, other.address} <= set(devices_of("Announcer"))
    assert set(running_devices_of("Announcer")) >= {running.address}
    assert other.address not in running_devices_of("Announcer")
    assert set(devices_of("*")) == set(database.get_device_name("*", "*"))


@pytest.mark.parametrize("lines", [["one"], ["one", "2", ""], [" "], ["Größe, µm", "a b"]])
def test_properties_are_their_lines(victim, database, lines):
    address = victim(started=False).address
    database.put_device_property(address, {"Lines": lines, "Other": ["other"]})
    asked = ["Missing", "Lines", "Absent", "Other"]
    told = {name: list(value) for name, value in database.get_device_property(address, asked).items()}
    assert properties_of(address, asked) == told
    assert told["Other"] == ["other"] and told["Absent"] == []


def test_a_property_of_one_line_is_that_line_or_none(victim, database):
    address = victim(started=False).address
    database.put_device_property(address, {"Lines": ["first", "second"]})
    assert (property_of(address, "Lines"), property_of(address, "Missing")) == ("first", None)


def test_an_unknown_device_is_an_error_that_names_it(tango_db):
    with pytest.raises(UnknownDeviceError, match=UNKNOWN):
        info_of(UNKNOWN)
    device = Device(UNKNOWN)
    device.find_server()
    assert device.server == UNKNOWN


@pytest.mark.parametrize("host", ["127.0.0.1:1,{0}", "localhost:{1}"], ids=["the second", "by a name"])
def test_any_tango_host_does(victim, tango_db, host):
    """In a process of its own: Tango keeps its first database for ever."""
    server, port = victim(started=False), tango_db.address.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-c", ASK, server.address],
        env={**os.environ, "TANGO_HOST": host.format(tango_db.address, port)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.stdout.strip(), ended.stderr) == (info_of(server.address).server, "")


def test_a_database_that_is_not_there_is_an_error_that_says_so(tango_db, monkeypatch):
    monkeypatch.setenv("TANGO_HOST", "127.0.0.1:1")
    with pytest.raises(NoDatabaseError, match="does not answer"):
        info_of(UNKNOWN)
    with pytest.raises(SilentDeviceError, match="database does not answer"):
        Device(UNKNOWN).find_server()
