"""A Tango device that announces any text as a PathFixer's session or a SciDog's active selection.

Run it as ``python -m scifish.testing.announcer <instance>``; the server is called
``announcer``, the class ``Announcer``.
"""

import time

from tango import AttrWriteType
from tango.server import Device, attribute, run


class Announcer(Device):
    """Writable texts with change events, and how often they have been read."""

    Session = attribute(dtype=str, access=AttrWriteType.READ_WRITE)
    ActiveSelection = attribute(dtype=str, access=AttrWriteType.READ_WRITE)
    Reads = attribute(dtype=int)
    PauseS = attribute(dtype=float, access=AttrWriteType.READ_WRITE, unit="s")

    def init_device(self) -> None:
        """Begin with empty texts."""
        super().init_device()
        self._texts = {"Session": "", "ActiveSelection": ""}
        self._reads = 0
        self._pause_s = 0.0
        for name in self._texts:
            self.set_change_event(name, True, False)

    def read_Session(self) -> str:  # noqa: N802 - Tango's way of naming
        """Return the text written last."""
        return self._tell("Session")

    def write_Session(self, text: str) -> None:  # noqa: N802
        """Announce a text."""
        self._announce("Session", text)

    def read_ActiveSelection(self) -> str:  # noqa: N802
        """Return the text written last."""
        return self._tell("ActiveSelection")

    def write_ActiveSelection(self, text: str) -> None:  # noqa: N802
        """Announce a text."""
        self._announce("ActiveSelection", text)

    def read_Reads(self) -> int:  # noqa: N802
        """Return how often a text was read."""
        return self._reads

    def read_PauseS(self) -> float:  # noqa: N802
        """Return how long a read of a text takes."""
        return self._pause_s

    def write_PauseS(self, value: float) -> None:  # noqa: N802
        """Let reads of a text take longer."""
        self._pause_s = value

    def _tell(self, name: str) -> str:
        self._reads += 1
        time.sleep(self._pause_s)
        return self._texts[name]

    def _announce(self, name: str, text: str) -> None:
        self._texts[name] = text
        self.push_change_event(name, text)


if __name__ == "__main__":
    run([Announcer])
