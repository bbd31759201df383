"""A MacroServer's environment in memory."""

from collections.abc import Callable, Mapping
from typing import Any

from pathfixer.errors import MacroServerError
from pathfixer.following.scan_dir import ScanSettings, Written, scan_settings


class MacroServerInMemory:
    """Behaves as ``pathfixer.sardana.MacroServerEnvironment`` does with a real MacroServer.

    Attributes
    ----------
    variables
        The environment; a test changes it as a user would.
    broken
        While it is a text, every call fails with it.
    looks
        How often it was looked at.
    writes
        What was written, in order.
    """

    def __init__(self, name: str = "macroserver/test/1", **variables: Any) -> None:
        self.name = name
        self.variables: dict[str, Any] = dict(variables)
        self.broken: str | None = None
        self.looks = 0
        self.writes: list[dict[str, Written]] = []

    def look(self) -> ScanSettings:
        """Return what decides where scans are saved."""
        self.looks += 1
        self._fail_if_broken()
        return scan_settings(self.variables)

    def listen(self, on_event: Callable[[], None]) -> None:
        """Keep the function, for a test to call."""
        self.on_event = on_event

    def close(self) -> None:
        """Call it no more."""

    def change(self, write: Mapping[str, Written], delete: tuple[str, ...]) -> None:
        """Write and delete variables; as Sardana does, refuse to delete what is not there."""
        self._fail_if_broken()
        missing = [key for key in delete if key not in self.variables]
        if missing:
            raise MacroServerError("cannot be written: This is a not supported call in case of DevEncoded")
        self.writes.append(dict(write))
        self.variables.update(write)
        for key in delete:
            del self.variables[key]

    def _fail_if_broken(self) -> None:
        if self.broken is not None:
            raise MacroServerError(self.broken)
