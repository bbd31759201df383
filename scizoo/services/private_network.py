"""A network of its own for a server whose ports are fixed, and a way in. Linux, root only."""

import ctypes
import fcntl
import os
import select
import socket
import struct
import sys
import threading
from pathlib import Path

from scizoo.services.ports import LOOPBACK

CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
IFF_UP_AND_RUNNING = 0x1 | 0x40
PIECE = 65536
LISTENING = "0A"
"""State of a socket in /proc/net/tcp."""


def raise_loopback() -> None:
    """Switch on the loopback interface of the network that this process is in."""
    with socket.socket() as handle:
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP_AND_RUNNING))


def listens(pid: int, port: int) -> bool:
    """Tell whether anybody in the network of a process listens on a port."""
    wanted = f":{port:04X} {'0' * 8}:0000 {LISTENING}"
    return any(wanted in line for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines())


class WayIn:
    """Carries connections from a port of this network to a port of another process's.

    A socket belongs to the network in which its thread made it: the listening one is made here,
    each outgoing one by a thread that has entered the other network.

    Parameters
    ----------
    pid
        A process in the other network.
    port
        Port on its loopback.
    """

    def __init__(self, pid: int, port: int) -> None:
        self._network = Path(f"/proc/{pid}/ns/net")
        self._target = port
        self._listener = socket.create_server((LOOPBACK, 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self._listener.close()

    def _serve(self) -> None:
        _enter(self._network)
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client:
            try:
                server = socket.create_connection((LOOPBACK, self._target), timeout=5)
            except OSError:
                return
            with server:
                _pump(client, server)


def _enter(network: Path) -> None:
    """Bring this thread, and those it starts, into a network."""
    library = ctypes.CDLL(None, use_errno=True)
    with network.open("rb") as handle:
        if library.setns(handle.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"{network} cannot be entered")


def _pump(one: socket.socket, other: socket.socket) -> None:
    opposite = {one: other, other: one}
    while True:
        for ready in select.select([one, other], [], [])[0]:
            try:
                piece = ready.recv(PIECE)
                opposite[ready].sendall(piece)
            except OSError:
                return
            if not piece:
                return


if __name__ == "__main__":
    raise_loopback()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 (that is what it is for)
