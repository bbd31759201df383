"""A MacroServer's environment in memory."""

from collections.abc import Mapping

from pathfixer.errors import MacroServerError


class MacroServerInMemory:
    """Behaves as ``pathfixer.sardana.MacroServerEnvironment`` does with a real MacroServer.

    Attributes
    ----------
    variables
        The environment; a test changes it as a user would.
    broken
        While it is a text, every call fails with it.
    writes
        What was written, in order.
    """

    def __init__(self, name: str = "macroserver/test/1", **variables: str) -> None:
        self.name = name
        self.variables: dict[str, str] = dict(variables)
        self.broken: str | None = None
        self.writes: list[dict[str, str]] = []

    def scan_dirs(self) -> dict[str, str | None]:
        """Return the ScanDir of every scope; the global one may be none."""
        self._fail_if_broken()
        scoped = {key: value for key, value in self.variables.items() if key.endswith(".ScanDir")}
        return {"ScanDir": self.variables.get("ScanDir"), **scoped}

    def change(self, write: Mapping[str, str], delete: tuple[str, ...]) -> None:
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
