# ruff: noqa: D102
# mypy: disallow-untyped-defs=False, check-untyped-defs=False
"""Macros of the benchmarks: clocks around the methods of recorders, and scans in pairs.

The clocks stand outside the code they time, in this server only; Sardana loads this file as it
loads every module on its MacroPath.
"""

import importlib
import json
import time
from pathlib import Path

from sardana.macroserver.macro import Macro, Type

OURS, HDF5 = "SciFishRecorder", "NXscanH5_FileRecorder"
PLACES = {"__init__": "build", "_startRecordList": "start", "_writeRecord": "record", "_endRecordList": "end"}
WAITS = ("wait_start", "wait_end")
SCAN = ("ascan", "mot01", "0", "1", "20", "0.01")


class _Clock:
    """Seconds per call, by recorder and place; what a call spends in our waits counts apart."""

    def __init__(self):
        self.taken = {}
        self.waited_s = 0.0

    def around(self, recorder, place, method):
        def call(*args, **options):
            self.waited_s = 0.0
            begin = time.perf_counter()
            try:
                return method(*args, **options)
            finally:
                lasted_s = time.perf_counter() - begin
                self.taken.setdefault(f"{recorder} {place}", []).append(lasted_s - self.waited_s)
                if self.waited_s:
                    self.taken.setdefault(f"{recorder} {place} wait", []).append(self.waited_s)
                self.waited_s = 0.0

        return call

    def around_wait(self, method):
        def call(*args, **options):
            begin = time.perf_counter()
            try:
                return method(*args, **options)
            finally:
                self.waited_s += time.perf_counter() - begin

        return call


_clock = None


class bench_clocks(Macro):  # noqa: N801 - macros are called so
    """Put the clocks on, once."""

    def run(self):
        global _clock
        if _clock is not None:
            return
        _clock = _Clock()
        manager = self.getMacroServer().recorder_manager
        for recorder in (OURS, HDF5):
            measured = manager.getRecorderClass(recorder)
            for name, place in PLACES.items():
                setattr(measured, name, _clock.around(recorder, place, getattr(measured, name)))
        capture = importlib.import_module("scifish.capture").Capture
        for name in WAITS:
            setattr(capture, name, _clock.around_wait(getattr(capture, name)))


class bench_read_clocks(Macro):  # noqa: N801
    """Write what the clocks have taken as JSON, and begin anew."""

    param_def = [["path", Type.String, None, "the file"]]

    def run(self, path):
        taken, _clock.taken = _clock.taken, {}
        Path(path).write_text(json.dumps(taken))


class bench_pairs(Macro):  # noqa: N801
    """Run the same scan with and without our recorder, in turns, and write how long each lasts."""

    param_def = [["path", Type.String, None, "the file"], ["pairs", Type.Integer, None, "how many"]]

    def run(self, path, pairs):
        before = self.getEnv("DataRecorder")
        taken = {"with": [], "without": []}
        try:
            for number in range(pairs):
                for how in ("with", "without") if number % 2 else ("without", "with"):
                    self.setEnv("DataRecorder", [OURS] if how == "with" else [])
                    taken[how].append(self._lasted())
                    self.checkPoint()
        finally:
            self.setEnv("DataRecorder", before)
        Path(path).write_text(json.dumps(taken))

    def _lasted(self):
        begin = time.perf_counter()
        self.execMacro(*SCAN)
        return time.perf_counter() - begin
