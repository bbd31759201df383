"""Macros of the recorder's tests: scans inside scans, and scans that end badly."""

import importlib
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

from sardana.macroserver.macro import Macro, Type
from sardana.macroserver.msexception import InterruptException
from sardana.macroserver.scan.scandata import ColumnDesc


class scan_inside(Macro):  # noqa: N801 - macros are called so
    """Run a scan from a macro, twice removed when asked."""

    param_def = [["depth", Type.Integer, 1, "macros between this one and the scan"]]

    def run(self, depth):
        if depth > 1:
            self.execMacro("scan_inside", str(depth - 1))
        else:
            self.execMacro("ascan", "mot01", "0", "1", "2", "0.01")


class scan_twice(Macro):  # noqa: N801
    """Run one scan after the other, as a night's macro does."""

    param_def = [["seconds", Type.Float, None, "for each point"]]

    def run(self, seconds):
        for _ in range(2):
            scan, _ = self.createMacro("ascan", "mot01", "0", "1", "1", str(seconds))
            self.runMacro(scan)


class scan_with_hook(Macro):  # noqa: N801
    """Run a scan whose hook scans too, fails, or gives custom data."""

    param_def = [["what", Type.String, None, "scan, fail or custom"]]

    def run(self, what):
        scan, _ = self.createMacro("ascan", "mot01", "0", "1", "2", "0.01")
        self._scan, self._done = scan, False
        scan.hooks = [(getattr(self, what), ["post-acq"])]
        if what == "custom":
            scan._gScan.data_handler.addCustomData([1.5, float("nan")], "before")
        self.runMacro(scan)
        if what == "custom":
            scan._gScan.data_handler.addCustomData("later", "after")

    def scan(self):
        if not self._done:
            self._done = True
            self.setEnv("ActiveMntGrp", "mntgrp02")  # the outer scan has prepared its own
            try:
                self.execMacro("ascan", "mot02", "0", "1", "1", "0.01")
            finally:
                self.setEnv("ActiveMntGrp", "mntgrp01")

    def fail(self):
        raise ValueError("detector cover closed")

    def custom(self):
        self._scan._gScan.data_handler.addCustomData(7.1, "inside")


class held_scan(Macro):  # noqa: N801
    """Hold a scan in one of its hooks until it is stopped or aborted."""

    param_def = [
        ["hook", Type.String, None, "where it is held"],
        ["call", Type.Integer, None, "at which call there; the first is 1"],
        ["scan", [["word", Type.String, None, "macro or parameter"]], None, "the scan"],
    ]

    def run(self, hook, call, scan):
        self._scan, _ = self.createMacro(*scan)
        self._calls_left = call
        self._scan.hooks = [(self.hold, [hook])]
        self.runMacro(self._scan)

    def hold(self):
        self._calls_left -= 1
        if self._calls_left == 0:
            # Said by another thread: who reads it may abort this one at once, even among the locks of
            # Sardana's log, and Sardana would stand still for good.
            Thread(target=self.output, args=(f"{self.getID()} is held",)).start()
            self.stand_still()

    def stand_still(self):
        while not self._scan.isStopped():
            time.sleep(0.01)


class deaf_scan(held_scan):  # noqa: N801
    """Hold a scan for good: an abort is lost, as it is at times in Sardana itself."""

    def stand_still(self):
        while True:
            with suppress(InterruptException):
                time.sleep(0.01)


class stopped_late(Macro):  # noqa: N801
    """Be stopped with nothing left to do: Sardana says ``finish``, and then ``stop``."""

    def run(self):
        self.executor.stop()
        while not self.isStopped():
            time.sleep(0.001)


class Frame:
    """A column of a detector that saves a file at each point."""

    def __init__(self, folder, name):
        self._folder, self._name, self._points = folder, name, 0

    def getName(self):  # noqa: N802 - Sardana's name
        return self._name

    def read(self):
        self._points += 1
        return f"file://{self._folder}/{self._name}_{self._points:04d}.h5"


class scan_of_frames(Macro):  # noqa: N801
    """Scan with detectors that save their images themselves."""

    param_def = [
        ["folder", Type.String, None, "where they save"],
        ["points", Type.Integer, None, "points"],
        ["detectors", Type.Integer, None, "how many; each saves a file at each point"],
    ]

    def run(self, folder, points, detectors):
        scan, _ = self.createMacro("ascan", "mot01", "0", "1", str(points - 1), "0.001")
        names = [f"frame{number:03d}" for number in range(detectors)]
        environ = scan._gScan._env
        environ["datadesc"] += [ColumnDesc(name=name, dtype="str", value_ref_enabled=True) for name in names]
        environ["counters"] += names
        scan._gScan._extra_columns += [Frame(folder, name) for name in names]
        self.runMacro(scan)


class abandoned_scan(Macro):  # noqa: N801
    """Fail outside the scan's own loop: the scan tells no end."""

    def run(self):
        scan, _ = self.createMacro("ascan", "mot01", "0", "1", "2", "0.01")
        for _ in scan._gScan.step_scan():
            self._keep = sys.exc_info()
            self._steps = scan._gScan.step_scan
            raise RuntimeError("lost the beam")


class no_start(Macro):  # noqa: N801
    """Build a scan's recorders and never start it."""

    def run(self):
        self.createMacro("ascan", "mot01", "0", "1", "2", "0.01")


class set_fault(Macro):  # noqa: N801
    """Upset the server's own process from now on; ``off`` ends it."""

    param_def = [["fault", Type.String, None, "as in SCIZOO_FAULT"]]

    def run(self, fault):
        faultpoints = importlib.import_module("scifish.faultpoints")
        faultpoints._reached.clear()
        os.environ.pop("SCIZOO_FAULT", None)
        if fault != "off":
            os.environ["SCIZOO_FAULT"] = fault


class hide_package(Macro):  # noqa: N801
    """Make the recorder's package impossible to import, or possible again."""

    param_def = [["hidden", Type.Boolean, None, "hide it"]]
    _kept = {}

    def run(self, hidden):
        name = "sardana_recorders.scan"
        if hidden:
            self._kept[name] = sys.modules.get(name)
            sys.modules[name] = None
        elif name in self._kept:
            sys.modules[name] = self._kept.pop(name)


MEASURED = (
    ("sardana_recorders.scan", "CapturedScan", ("begin", "start", "record", "end")),
    ("scifish.capture", "Capture", ("wait_start", "wait_end")),
)


class measure_recorder(Macro):  # noqa: N801
    """Write how long each call of the recorder and each of its waits lasts into a file."""

    param_def = [["path", Type.String, None, "the file; a line each: place, seconds"]]

    def run(self, path):
        for module, name, places in MEASURED:
            measured = getattr(importlib.import_module(module), name)
            for place in places:
                setattr(measured, place, _timed(getattr(measured, place), place, Path(path)))


def _timed(method, place, path):
    plain = getattr(method, "plain", method)

    def call(self, *args):
        begin = time.perf_counter()
        try:
            return plain(self, *args)
        finally:
            lasted = time.perf_counter() - begin
            with path.open("a") as file:
                file.write(f"{place} {lasted:.6f}\n")

    call.plain = plain
    return call


class forget_process(Macro):  # noqa: N801
    """Make the recorder as if the server had just started."""

    def run(self):
        importlib.import_module("sardana_recorders.process").end()


class fork_child(Macro):  # noqa: N801
    """Leave a child of this server behind that outlives it, as multiprocessing in a macro would."""

    param_def = [["path", Type.String, None, "where the child's process id is written"]]

    def run(self, path):
        child = os.fork()
        if child == 0:
            os.setsid()
            time.sleep(900)
            os._exit(0)
        Path(path).write_text(str(child))
