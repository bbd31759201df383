"""A device that is frozen before we know it blocks the thread that asks it, and no other one.

pytango holds the interpreter's lock in ``set_timeout_millis`` while that connects: a scan in the same
process would stand still for 3 s.
"""

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import tango

from scifish.attributes.poller import AttributePoller
from scifish.attributes.proxies import Device, SilentDeviceError
from scifish.bell import Bell
from scifish.tango_connection import Connection
from tests.standstill import CALL_S, Standstill
from tests.waiting import wait_for


@pytest.fixture
def frozen(victim):
    server = victim()
    server.freeze()
    yield server.address
    server.thaw()


def test_no_other_thread_stands_still(frozen):
    with Standstill() as seen, ThreadPoolExecutor() as threads:
        calls = [threads.submit(call, frozen) for call in (read, poll)]
        assert {call.result() for call in calls} == {"not running, or its host cannot be reached"}
    assert seen.longest_s < CALL_S


def read(address):
    with pytest.raises(SilentDeviceError) as raised:
        Device(address).read(["state"], limit_s=0.9)
    return str(raised.value)


def poll(address):
    reasons, silent = [], Bell()
    poller = AttributePoller(address, "state", print, lambda reason: (reasons.append(reason), silent.ring()))
    poller.start()
    assert silent.wait(30)
    poller.close()
    return reasons[0]


def test_a_limit_holds_from_the_first_answer_on(victim):
    server = victim()
    connection = Connection(server.address)
    assert connection.limited(0.7).get_timeout_millis() == 700
    assert connection.limited(2.0).get_timeout_millis() == 2000
    assert connection.proxy().get_timeout_millis() == 2000


def test_a_device_that_is_away_first_gets_its_limit_when_it_is_there(victim):
    server = victim(started=False)
    connection = Connection(server.address)
    with pytest.raises(tango.DevFailed):
        connection.limited(0.7)
    server.start()
    server.wait_ready()
    reached = wait_for(lambda: limited(connection), 30, "a connection, which Tango delays by a second")
    assert reached.get_timeout_millis() == 700


def limited(connection):
    with contextlib.suppress(tango.DevFailed):
        return connection.limited(0.7)
    return None
