"""A recorder that knows nothing of us: what it wrote, Sardana has told.

It stands behind ours in ``DataRecorder``, so a scan whose start it has written has been begun for us too.
"""

import json
import os

from sardana.macroserver.scan.recorder import DataRecorder


class Witness(DataRecorder):
    """Appends a line on the disk at each start and end of a scan, to the file SCIZOO_WITNESS names."""

    def __init__(self, macro=None, **_options):
        DataRecorder.__init__(self)
        self._points = 0

    def _startRecordList(self, recordlist):  # noqa: N802 - Sardana's names
        self._title = recordlist.getEnvironValue("title")
        _append({"title": self._title, "what": "start"})

    def _writeRecord(self, record):  # noqa: N802
        self._points += 1

    def _endRecordList(self, recordlist):  # noqa: N802
        end = recordlist.getEnvironValue("endstatus")
        _append({"title": self._title, "what": "end", "status": int(end), "points": self._points})


def _append(line):
    descriptor = os.open(os.environ["SCIZOO_WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, json.dumps(line).encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
