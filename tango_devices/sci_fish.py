"""SciFish as a Tango device: a shell over ``scifish.host.capture_host``.

Attributes show what the forwarder told last, at most a second ago. Commands commit to the local
disk and return; nothing waits for Kafka or for another device.
"""

import gc
import json
import threading
import time
from contextlib import closing, suppress
from dataclasses import asdict
from typing import Any

import tango
from pydantic import BaseModel
from tango import DevState
from tango.server import command

from scifish.errors import ScifishError, SettingsError
from scifish.forwarding.status import ForwarderStatus
from scifish.host.capture_host import CaptureHost
from scifish.host.client_requests import Begin, End, ScanWanted, Whole, parse_request
from scifish.tango_text import tango_text
from tango_devices.base import ScizooDevice, published
from tango_devices.jobs import Job, JobRefusedError
from tango_devices.process import serve
from tango_devices.properties import PropertyError
from tango_devices.refusals import told
from tango_devices.sci_fish_properties import SciFishProperties

SHOWN = 50
PERIOD_S = 0.5
STALE_S = 2.0
"""Scans read longer ago are not told: others rely on them (``scifish.host.scans_elsewhere.LAG_S``)."""


REFUSALS = (ScifishError, JobRefusedError)
"""What a client is told without a stack of ours."""


class SciFish(ScizooDevice):
    """Scientific Form Implementation Service Helper: gathers, remembers, sends."""

    Model = SciFishProperties

    Pending = published(
        int,
        0,
        unit="messages",
        max_warning=1000,
        max_alarm=100_000,
        doc="messages that Kafka has not acknowledged",
    )
    OldestPendingAge = published(
        float,
        0.0,
        unit="s",
        format="%.0f",
        max_warning=60.0,
        max_alarm=600.0,
        doc="age of the oldest of them",
    )
    OldestUncataloguedAge = published(
        float,
        0.0,
        unit="s",
        format="%.0f",
        max_warning=300.0,
        max_alarm=900.0,
        doc="age of the oldest capture that the catalogue has not answered: is the consumer dead?",
    )
    Sent = published(int, 0, doc="messages that Kafka has acknowledged, ever")
    Catalogued = published(int, 0, doc="captures that every sink has, of those still kept")
    Rejected = published(int, 0, unit="captures", doc="captures that a sink refused, of those still kept")
    Waiting = published(int, 0, doc="captures that wait for somebody, e.g. to be assigned")
    Broker = published(str, "", doc="what keeps messages or receipts back, or 'ready' and what they go to")
    Consumers = published(
        (str,),
        [],
        doc='one JSON per sink: {"sink": "mongodb", "alive": true, "since": "2026-03-01T12:00:00Z"}; alive: '
        "heard in the last 60 s, null while that cannot be told; since: alive since then, otherwise last "
        "heard, null for never; no element: no consumer was ever heard of",
    )
    LastCaptures = published((str,), [], doc="the newest captures, one JSON each, newest first")

    ScanFiles = published(
        (str,),
        [],
        doc="open scans and recent ones, one JSON each: pid, source_folder, files (relative), open; "
        "the beamline's SciFlys leave these files alone",
    )

    _host: CaptureHost | None = None
    _scans_looked_s = float("-inf")

    def start(self, properties: SciFishProperties) -> None:
        """Write the settings of this host and start to capture and to forward."""
        self._warning = self.warn_of_unknown_properties()
        self._scans_looked_s = float("-inf")
        try:
            settings = properties.settings().model_copy(update={"sci_fish": self.get_name()})
            host = CaptureHost(properties.state_folder(), settings, properties.forwarding())
        except SettingsError as error:
            raise PropertyError(tango_text(str(error))) from None
        stopped = threading.Event()
        self._host, self._stopped = host, stopped
        self.publish_state(DevState.ON, "starting")
        self.in_background(lambda: self._follow(host, stopped))
        self.in_background(lambda: self._follow_scans(host, stopped))

    def stop(self) -> None:
        """Stop forwarding; what is not sent stays in the spools."""
        host, self._host = self._host, None
        if host is not None:
            self._stopped.set()
            host.close()

    def published_value(self, name: str) -> Any:
        """Return a published value; scans that are not known now are an error, not "there are none"."""
        if name == "ScanFiles" and time.monotonic() - self._scans_looked_s > STALE_S:
            tango.Except.throw_exception("NotKnownError", "the spools cannot be read now", "SciFish")
        return super().published_value(name)

    @command(dtype_in=str, doc_in='{"program": ..., "title": ..., "source_folder": ...}', dtype_out=str)
    def StartCapture(self, text: str) -> str:  # noqa: N802 - a Tango command
        """Begin a capture and return its pid; the values follow."""
        with told("SciFish", *REFUSALS):
            return self._working_host().clients.start(parse_request(Begin, text))

    @command(dtype_in=str, doc_in='{"pid": ..., "status": "completed", "files": [...]}', dtype_out=str)
    def EndCapture(self, text: str) -> str:  # noqa: N802 - a Tango command
        """End a capture and return its pid; the values follow."""
        with told("SciFish", *REFUSALS):
            return self._working_host().clients.end(parse_request(End, text))

    @command(dtype_in=str, doc_in="as StartCapture and EndCapture, without pid", dtype_out=str)
    def Capture(self, text: str) -> str:  # noqa: N802 - a Tango command
        """Capture what has happened already and return the pid; the values follow."""
        with told("SciFish", *REFUSALS):
            return self._working_host().clients.capture(parse_request(Whole, text))

    @command(dtype_in=str, doc_in="pid", dtype_out=str, doc_out="its state, JSON")
    def GetCapture(self, pid: str) -> str:  # noqa: N802 - a Tango command
        """Return how far a capture has come."""
        with told("SciFish", *REFUSALS):
            return _json(self._working_host().capture(pid))

    @command(
        dtype_in=str,
        doc_in='{"door": ..., "scan_id": "42", "start_ns": ...}; door may be left out',
        dtype_out=str,
        doc_out="its state, JSON as GetCapture's; empty: no spool of this host holds it",
    )
    def FindScan(self, text: str) -> str:  # noqa: N802 - a Tango command
        """Return how far the capture of a scan has come, however many are newer.

        The argument is JSON: ``scan_id`` is Sardana's number as text, ``start_ns`` its begin by
        Sardana in ns since the epoch, UTC (a capture that began within a minute of it counts, the
        nearest first), ``door`` the Tango name of its Door, in any case; it may be left out.
        """
        with told("SciFish", *REFUSALS):
            found = self._working_host().scan(parse_request(ScanWanted, text))
            return _json(found) if found else ""

    @command(dtype_in=str, doc_in="pid")
    def Resend(self, pid: str) -> None:  # noqa: N802 - a Tango command
        """Have everything of a capture sent again."""
        with told("SciFish", *REFUSALS):
            host = self._working_host()
            host.capture(pid)
            host.resend(pid)

    @command(dtype_out=str, doc_out="id of a job; its result lists part, ok, finding, cure")
    def Check(self) -> str:  # noqa: N802 - a Tango command
        """Start to check this host's parts."""
        with told("SciFish", *REFUSALS):
            host = self._working_host()

            def work(job: Job) -> list[dict[str, object]]:
                return [asdict(finding) for finding in host.check()]

            return self.start_job("check", work)

    def _working_host(self) -> CaptureHost:
        if self._host is None:
            raise SettingsError(f"SciFish does not work: {self.get_status()}")
        return self._host

    def _follow(self, host: CaptureHost, stopped: threading.Event) -> None:
        """Publish until stopped; not waited for, since pushing an event waits for a running Init."""
        while not stopped.wait(PERIOD_S):
            self._show(host.status, host.disk_trouble)
            with suppress(ScifishError):
                self.publish("LastCaptures", [_json(item) for item in host.captures(SHOWN)])

    def _follow_scans(self, host: CaptureHost, stopped: threading.Event) -> None:
        """Tell the SciFlys of other hosts which files are scans'; the first look may take seconds."""
        with closing(host.scans_here()) as scans:
            while not stopped.is_set():
                looked_s = time.monotonic()
                with suppress(OSError):
                    elements = scans.look()
                    if elements is not None:
                        self.publish("ScanFiles", elements)
                        self._scans_looked_s = looked_s
                stopped.wait(PERIOD_S)

    def _show(self, status: ForwarderStatus, disk_trouble: str | None) -> None:
        self.publish("Pending", status.pending)
        self.publish("OldestPendingAge", float(int(status.oldest_pending_s)))
        self.publish("OldestUncataloguedAge", float(int(status.oldest_uncatalogued_s)))
        self.publish("Sent", status.sent)
        self.publish("Catalogued", status.captures.get("catalogued", 0))
        self.publish("Rejected", status.captures.get("rejected", 0))
        self.publish("Waiting", status.captures.get("waiting", 0))
        self.publish("Broker", tango_text(status.trouble or f"ready: {status.broker}"))
        self.publish("Consumers", [_json(consumer) for consumer in status.consumers])
        self._show_state(status, disk_trouble)

    def _show_state(self, status: ForwarderStatus, disk_trouble: str | None) -> None:
        troubles = [
            disk_trouble or "captures are kept",
            status.trouble,
            self._warning,
            *(f"{name}: {what}" for name, what in status.damaged.items()),
        ]
        told = [text for text in troubles if text]
        if disk_trouble or len(told) > 1:
            self.publish_state(DevState.ALARM, "; ".join(told))
        else:
            self.publish_state(DevState.ON, f"{status.pending} messages pending, {status.sent} sent")


def _json(model: BaseModel) -> str:
    return json.dumps(model.model_dump(mode="json"))


def main() -> None:
    """Run the device server."""
    gc.freeze()  # else a client's 20,000 files let each sweep walk all modules again: 0.2 s in one command
    serve(SciFish, "SciFish")


if __name__ == "__main__":
    main()
