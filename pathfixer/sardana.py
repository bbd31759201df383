"""A MacroServer's environment, read and written through its Tango attribute ``Environment``.

The attribute speaks pickle only, hides the cause of a failed write, and refuses to delete a key
that is not there (measured).
"""

import pickle
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import tango

from pathfixer.errors import MacroServerError
from pathfixer.following.scan_dir import ScanSettings, Written, scan_settings
from pathfixer.inert_pickle import load_inert
from scifish.tango_connection import OF_TANGO_S, Connection

PROTOCOL = 2
"""Every Python that Sardana runs on reads it."""


class MacroServerEnvironment:
    """The environment of one MacroServer; its proxy is made on first use, by the thread that uses it.

    Parameters
    ----------
    name
        Tango name of the MacroServer.
    answer_s
        How long it may take to answer one call.
    """

    def __init__(self, name: str, answer_s: float = OF_TANGO_S) -> None:
        self.name = name
        self._answer_s = answer_s
        self._connection = Connection(name)
        self._watch: int | None = None

    def read(self) -> dict[str, Any]:
        """Return the whole environment; a key with a dot is a scope's. Raises MacroServerError."""
        try:
            _, data = self._device().read_attribute("Environment").value
            content = load_inert(bytes(data))["new"]
        except tango.DevFailed as error:
            raise MacroServerError(f"cannot be read: {reason_of(error)}") from None
        except (ValueError, KeyError, TypeError) as error:
            raise MacroServerError(f"has an environment nobody can read: {error}") from None
        return {str(key): value for key, value in content.items()}

    def scan_dirs(self) -> dict[str, str | None]:
        """Return the ScanDir of every scope that has one, and the global one, none when unset."""
        return self.look().scan_dirs

    def look(self) -> ScanSettings:
        """Return what decides where scans are saved. Raises MacroServerError."""
        return scan_settings(self.read())

    def listen(self, on_event: Callable[[], None]) -> None:
        """Have a function called, on a thread of Tango's, at every change; what it brings is not read.

        It goes on over restarts of the MacroServer, until ``close``.
        """
        with suppress(tango.DevFailed):  # without events it is looked at all the same
            self._watch = self._connection.proxy().subscribe_event(
                "Environment", tango.EventType.CHANGE_EVENT, lambda _: on_event(), [], True
            )

    def close(self) -> None:
        """Listen no more; may take seconds."""
        if self._watch is not None:
            with suppress(tango.DevFailed):
                self._connection.proxy().unsubscribe_event(self._watch)

    def change(self, write: Mapping[str, Written], delete: tuple[str, ...]) -> None:
        """Write and delete variables in one go; raises MacroServerError."""
        content: dict[str, Any] = {}
        if write:
            content["new"] = dict(write)
        if delete:
            content["del"] = list(delete)
        try:
            self._device().write_attribute("Environment", ("pickle", pickle.dumps(content, PROTOCOL)))
        except tango.DevFailed as error:
            raise MacroServerError(f"cannot be written: {reason_of(error)}") from None

    def _device(self) -> tango.DeviceProxy:
        return self._connection.limited(self._answer_s)


def reason_of(error: tango.DevFailed) -> str:
    """Return why Tango failed, in one line: the first reason, or the last where CORBA comes first."""
    if not error.args:
        return "no reason given"
    told = [one for one in error.args if not one.reason.startswith("API_Corba")]
    return " ".join((told[0] if told else error.args[-1]).desc.split())
