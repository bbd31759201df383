"""A macro, its executor and its Door, as far as a recorder looks at them."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any


class FakeDoor:
    """A Door that remembers its warnings."""

    def __init__(self, name: str = "Door/fake/1") -> None:
        self.name = name
        self.warnings: list[str] = []
        self.macro_server = SimpleNamespace(full_name="tango://fake:10000/macroserver/fake/1")

    def warning(self, text: str, *args: Any) -> None:
        """Remember a warning."""
        self.warnings.append(text % args)


class FakeExecutor:
    """Knows its Door, what the user asked for, and the macros at work, outermost first."""

    def __init__(self, door: FakeDoor) -> None:
        self.door = door
        self._stopped = False
        self._aborted = False
        self._macro_stack: list[Any] = []

    def ask(self, *, stop: bool = False, abort: bool = False) -> None:
        """Ask as the user does."""
        self._stopped, self._aborted = stop, abort


class FakeMacro:
    """A macro with the attributes that Sardana gives it; none of its public methods."""

    def __init__(
        self,
        name: str = "ascan",
        parameters: Sequence[Any] = (),
        executor: FakeExecutor | None = None,
        parent: "FakeMacro | None" = None,
        macro_id: str | None = None,
    ) -> None:
        self._name, self._in_pars, self._id = name, tuple(parameters), macro_id
        self._executor = executor or FakeExecutor(FakeDoor())
        self._parent_macro = parent
        self._macro_status: dict[str, Any] = {"state": "start"}
        self._stopped = False
        self._aborted = False
