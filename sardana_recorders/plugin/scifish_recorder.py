# ruff: noqa: N802 - the methods have the names that Sardana gives them
"""The recorder that Sardana finds on its RecorderPath: captures every scan, whatever happens to us.

Sardana names this file's class for each scan; if the file could not be imported, no scan would
start any more. So it needs nothing but Sardana: all else is imported in one guarded place.
"""

import contextlib
from typing import Any

from sardana.macroserver.msexception import InterruptException
from sardana.macroserver.scan.recorder import DataRecorder


class SciFishRecorder(DataRecorder):
    """Hands each call of Sardana on to the scan's capture; raises nothing but Sardana's interrupts."""

    def __init__(self, macro: Any = None, **_options: Any) -> None:
        DataRecorder.__init__(self)
        self._scan = _begin(macro)

    def _startRecordList(self, recordlist: Any) -> None:
        self._scan.start(recordlist)

    def _writeRecord(self, record: Any) -> None:
        self._scan.record(record)

    def _endRecordList(self, recordlist: Any) -> None:
        try:
            self._scan.end(recordlist)
        except InterruptException:
            _end_those_after(self, recordlist)
            raise

    def addCustomData(self, value: Any, name: str, **kwargs: Any) -> None:
        """Take custom data; Sardana's own wrapper would turn an interrupt into a RuntimeError."""
        self._addCustomData(value, name, **kwargs)

    def _addCustomData(self, value: Any, name: str, **_options: Any) -> None:
        self._scan.custom(value, name)


class _NotCaptured:
    """Stands for a scan that cannot be captured: says so at its start, and does nothing else."""

    def __init__(self, macro: Any, reason: str) -> None:
        self._door = getattr(getattr(macro, "_executor", None), "door", None)
        self._reason = reason

    def start(self, _recordlist: Any) -> None:
        if self._door is not None:
            with contextlib.suppress(AttributeError, RuntimeError):
                self._door.warning("This scan is NOT CAPTURED: %s", self._reason)

    def record(self, _record: Any) -> None:
        pass

    def end(self, _recordlist: Any) -> None:
        pass

    def custom(self, _value: Any, _name: str) -> None:
        pass


def _end_those_after(recorder: DataRecorder, recordlist: Any) -> None:
    """End the recorders that Sardana will not call any more, because an abort has hit our wait.

    Without us it would have found them ended: a file without its end stays open and locked.
    """
    recorders = recordlist.getDataHandler().recorders
    for other in recorders[recorders.index(recorder) + 1 :]:
        if other.savemode == recorder.savemode:  # not those that save a scan in one go
            with contextlib.suppress(Exception):  # the user's abort is on its way, and counts more
                other.endRecordList(recordlist)


def _begin(macro: Any) -> Any:
    try:
        from sardana_recorders.scan import begin_scan

        return begin_scan(macro)
    except InterruptException:
        raise
    except Exception as error:  # noqa: BLE001 - a scan never fails because of its capture
        return _NotCaptured(macro, f"{type(error).__name__}: {error}")


def _warm() -> None:
    """Open the spool and make the connections while the server starts, not in the first scan."""
    try:
        from sardana_recorders.process import warm

        warm()
    except Exception:  # noqa: BLE001 - the scans say it, see ``_begin``
        return


_warm()
