"""The pid of a capture: decided once, at capture, and recomputable by everybody.

A consumer never invents a pid. It recomputes the one in the message from the message's own
parts; redelivery, replay and a second consumer therefore end in the same dataset.
"""

import re
import secrets
import uuid

from scifish.errors import MessageError

NAMESPACE = uuid.UUID("7f8a2f0c-5d0b-5b39-9a43-0f0e2f6f3a11")
"""Namespace of the uuid5; changing it would give every capture another pid."""

BEAMLINE = re.compile(r"[a-z][a-z0-9-]{0,31}\Z")
PREFIX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
NONCE = re.compile(r"[0-9a-f]{16}\Z")


def new_nonce() -> str:
    """Return 16 random hex digits, which keep two captures begun in one nanosecond apart."""
    return secrets.token_hex(8)


def capture_uuid(facility: str, beamline: str, host: str, producer: str, start_ns: int, nonce: str) -> str:
    """Return the uuid part of a pid.

    Parameters
    ----------
    facility, beamline, host
        Names as they stand in the message.
    producer
        Uuid of the producer process life.
    start_ns
        Begin of the capture, nanoseconds since the epoch, UTC.
    nonce
        16 lower-case hex digits.
    """
    name = "|".join((facility, beamline, host, producer, str(start_ns), nonce))
    return str(uuid.uuid5(NAMESPACE, name))


def make_pid(
    prefix: str, facility: str, beamline: str, host: str, producer: str, start_ns: int, nonce: str
) -> str:
    """Return ``<prefix>/<uuid5>``.

    Raises
    ------
    ValueError
        When the prefix is not of letters, digits, dot, dash and underscore.
    """
    if not PREFIX.match(prefix):
        raise ValueError(f"pid prefix {prefix!r} is not a handle prefix such as 20.500.12345")
    return f"{prefix}/{capture_uuid(facility, beamline, host, producer, start_ns, nonce)}"


def check_pid(
    pid: str, facility: str, beamline: str, host: str, producer: str, start_ns: int, nonce: str
) -> None:
    """Recompute a pid from its parts.

    Raises
    ------
    MessageError
        When the pid is not the one that the parts make.
    """
    prefix, _, rest = pid.partition("/")
    expected = capture_uuid(facility, beamline, host, producer, start_ns, nonce)
    if not PREFIX.match(prefix) or rest != expected:
        raise MessageError(f"pid {pid!r} is not the pid of its parts, which is <prefix>/{expected}")
