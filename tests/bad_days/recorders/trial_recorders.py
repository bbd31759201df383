"""Somebody else's recorder with a defect; stands before ours in ``DataRecorder``."""

from sardana.macroserver.scan.recorder import DataRecorder


class _Faulty(DataRecorder):
    def __init__(self, macro=None, **_options):
        DataRecorder.__init__(self)


class FailsAtStart(_Faulty):
    """Raises when the scan starts: the recorders after it hear nothing of it."""

    def _startRecordList(self, recordlist):  # noqa: N802 - Sardana's name
        raise RuntimeError("the other recorder cannot start")


class FailsAtEnd(_Faulty):
    """Raises when the scan ends: the recorders after it hear nothing of that."""

    def _endRecordList(self, recordlist):  # noqa: N802
        raise RuntimeError("the other recorder cannot end")
