"""A detector as a Tango device: where its files go is written from outside."""

import tango
from tango import AttrWriteType, DevState
from tango.server import Device, attribute, command, run


class Detector(Device):
    """Takes a file path and the number of the next file; while it measures it refuses both."""

    def init_device(self) -> None:
        """Begin at rest."""
        super().init_device()
        self._path, self._number, self._writes = "", 0, 0
        self.set_state(DevState.ON)

    @attribute(dtype=str, access=AttrWriteType.READ_WRITE)
    def FilePath(self) -> str:  # noqa: N802 - Tango names
        """Return where files go."""
        return self._path

    @FilePath.write
    def write_file_path(self, value: str) -> None:
        """Take another folder."""
        self._refuse_while_it_measures()
        self._path = value
        self._writes += 1

    @attribute(dtype=int, access=AttrWriteType.READ_WRITE)
    def Number(self) -> int:  # noqa: N802
        """Return the number of the next file."""
        return self._number

    @Number.write
    def write_number(self, value: int) -> None:
        """Take another number."""
        self._refuse_while_it_measures()
        self._number = value

    @attribute(dtype=int)
    def Writes(self) -> int:  # noqa: N802
        """Return how often a folder was written."""
        return self._writes

    @command
    def Begin(self) -> None:  # noqa: N802
        """Begin to measure."""
        self.set_state(DevState.RUNNING)

    @command
    def End(self) -> None:  # noqa: N802
        """End it."""
        self.set_state(DevState.ON)

    def _refuse_while_it_measures(self) -> None:
        if self.get_state() == DevState.RUNNING:
            tango.Except.throw_exception("Detector_Busy", "it measures", "Detector")


if __name__ == "__main__":
    run([Detector])
