"""Ports for services: free, and where it can be none that an outgoing connection takes."""

import socket
from contextlib import suppress
from pathlib import Path

import pytest

from scizoo.services.ports import LOOPBACK, LOWEST, accepts, free_port


@pytest.fixture
def outgoing(tmp_path: Path) -> Path:
    return tmp_path / "ip_local_port_range"


def test_a_port_is_free_and_below_those_of_outgoing_connections(outgoing):
    outgoing.write_text("32768\t60999\n")
    ports = {free_port(outgoing) for _ in range(20)}
    assert all(LOWEST <= port < 32768 for port in ports) and len(ports) > 10
    port = free_port(outgoing)
    assert not accepts(port)
    with socket.create_server((LOOPBACK, port)):
        assert accepts(port)


def test_where_the_few_ports_below_are_taken_it_is_another(outgoing):
    outgoing.write_text(f"{LOWEST + 1}\t65535\n")
    with socket.socket() as listener:
        with suppress(OSError):  # somebody else has it: that will do
            listener.bind((LOOPBACK, LOWEST))
        assert free_port(outgoing) > LOWEST


def test_a_port_is_given_once(outgoing):
    """Its service may listen there only later; the third is none of the two."""
    outgoing.write_text(f"{LOWEST + 2}\t65535\n")
    assert len({free_port(outgoing) for _ in range(3)}) == 3


def test_where_outgoing_connections_may_have_any_port_any_free_one_is_taken(outgoing):
    outgoing.write_text("1024\t65535\n")
    assert free_port(outgoing) > 0
