"""Free ports on loopback."""

import random
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"
LOWEST = 10_000
TRIES = 100
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
"""Where Linux says which ports it gives to outgoing connections: the lowest and the highest."""


def free_port(outgoing: Path = OUTGOING) -> int:
    """Return a port nobody listens on, none of our processes has, and no outgoing connection takes.

    A port from among those could be taken by any connection on this machine while the service that has it
    is restarted, even by a client that tries to reach it there: its own port may happen to be the one it
    asks for, and then it is connected with itself. Where a machine leaves none below, it is one of them.
    """
    below = range(LOWEST, int(outgoing.read_text().split()[0]))
    candidates = random.sample(below, k=min(len(below), TRIES))
    return next((port for port in candidates if _bound(port) and _claimed(port)), 0) or _bound(0)


def accepts(port: int) -> bool:
    """Tell whether somebody on loopback accepts connections on a port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=0.2):
            return True
    except OSError:
        return False


def _claimed(port: int) -> bool:
    """Claim a port until this process ends: its service may listen there only seconds later.

    Others see it by a name among the sockets of the machine, which leaves no file behind.
    """
    claim = socket.socket(socket.AF_UNIX)
    try:
        claim.bind(f"\0scizoo-port-{port}")
    except OSError:
        claim.close()
        return False
    claim.detach()
    return True


def _bound(port: int) -> int:
    """Return the port that could be had for this one, 0 for any; 0 when it is taken."""
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return 0
        return int(probe.getsockname()[1])
