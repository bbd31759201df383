"""A pid is decided once and can be recomputed by everybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scifish.errors import MessageError
from scifish.identifiers import check_pid, make_pid, new_nonce

PARTS = ("maxiv", "biomax", "host", "producer", 1, "00112233445566ff")


def test_the_same_parts_make_the_same_pid_for_ever():
    assert make_pid("20.500.12345", *PARTS) == "20.500.12345/" + "a2b18c26-3d65-5ac1-927e-94a6d622f731"


@given(st.integers(0, 2**63), st.integers(0, 2**63))
def test_two_begins_never_share_a_pid(one, other):
    pids = {make_pid("p", *PARTS[:4], start_ns, PARTS[5]) for start_ns in (one, other)}
    assert len(pids) == len({one, other})


def test_nonces_differ():
    assert len({new_nonce() for _ in range(1000)}) == 1000


def test_a_pid_of_other_parts_is_found_out():
    pid = make_pid("p", *PARTS)
    check_pid(pid, *PARTS)
    with pytest.raises(MessageError, match="is not the pid of its parts"):
        check_pid(pid, "desy", *PARTS[1:])


@pytest.mark.parametrize("prefix", ["", "20.500/12345", "a b", "../x"])
def test_a_prefix_is_a_handle_prefix(prefix):
    with pytest.raises(ValueError, match="prefix"):
        make_pid(prefix, *PARTS)
