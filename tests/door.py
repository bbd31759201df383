"""A Door in tests, by its name alone."""

from scizoo.services.door import BUSY, MacroError, MacroRun
from scizoo.services.door import Door as ServedDoor
from tests.devices import device
from tests.waiting import wait_for

__all__ = ["BUSY", "Door", "MacroError", "MacroRun"]


class Door(ServedDoor):
    """Begins a macro once the one before is over."""

    def __init__(self, name: str) -> None:
        super().__init__(device(name))

    def begin(self, macro: str, *parameters: object) -> MacroRun:
        """Start a macro."""
        wait_for(lambda: not self.is_busy(), 30, f"{self.proxy.dev_name()} idle")
        return super().begin(macro, *parameters)

    def begin_held(self, hook: str, call: int, *scan: object, macro: str = "held_scan") -> MacroRun:
        """Start a scan, and wait until it stands still in a hook, there at so many calls.

        An abort is thrown into the macro's thread wherever that is. Among Sardana's own locks it makes
        Sardana hang for good, also without us (decision 0088); here it does not.
        """
        run = self.begin(macro, hook, call, *scan)
        wait_for(lambda: f"{run.macro_id} is held" in self.said(), 20, f"{scan[0]} held in {hook}")
        return run
