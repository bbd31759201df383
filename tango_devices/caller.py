"""Who called a Tango command, as far as TANGO knows: a host and a process, never a user."""

import re

UNIX_SOCKET = "giop:unix:"
TCP = re.compile(r"(?:giop:tcp:)?\[?(?P<host>[^\]\[]*?)\]?(?::\d+)?")


def caller(address: str, pid: int, this_host: str) -> str:
    """Return ``<host> pid <pid>`` for the history.

    Parameters
    ----------
    address
        As Tango tells it: an IP address, ``giop:tcp:<ip>:<port>``, or a socket of this host.
    pid
        Process id on the caller's host.
    this_host
        Name of the host that was called.
    """
    if address.startswith(UNIX_SOCKET):
        return f"{this_host} pid {pid}"
    match = TCP.fullmatch(address)
    return f"{match['host'] if match else address} pid {pid}"
