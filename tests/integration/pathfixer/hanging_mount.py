"""A file system in user space that hangs: it answers the kernel's greeting and nothing after that.

A caller is stuck in the kernel and cannot be killed, as with a dead NFS server. Only root may mount.
"""

import ctypes
import os
import struct
import threading
from pathlib import Path
from types import TracebackType

INIT = 26
"""Number of the kernel's greeting (``include/uapi/linux/fuse.h``)."""

_HEAD, _REPLY = struct.Struct("<IIQQIIII"), struct.Struct("<IiQ")
_MAJOR, _MINOR = 7, 31
_DETACH = 2


class HangingMount:
    """A context: while inside, whoever looks below the folder hangs.

    Attributes
    ----------
    asked
        Set when the first question has come that nobody answers.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._descriptor = -1
        self.asked = threading.Event()

    def __enter__(self) -> "HangingMount":
        self._descriptor = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
        options = f"fd={self._descriptor},rootmode=40755,user_id=0,group_id=0,allow_other"
        _libc("mount", b"hanging", os.fsencode(self._folder), b"fuse", 0, options.encode())
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _libc("umount2", os.fsencode(self._folder), _DETACH | 1)

    def _serve(self) -> None:
        try:
            while True:
                request = os.read(self._descriptor, 1 << 17)
                _, kind, unique, *_ = _HEAD.unpack_from(request)
                if kind == INIT:
                    self._greet(unique)
                else:
                    self.asked.set()
        except OSError:
            os.close(self._descriptor)

    def _greet(self, unique: int) -> None:
        body = struct.pack("<IIIIHHIIHHI28x", _MAJOR, _MINOR, 65536, 0, 12, 9, 65536, 1, 0, 0, 0)
        os.write(self._descriptor, _REPLY.pack(_REPLY.size + len(body), 0, unique) + body)


def _libc(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
