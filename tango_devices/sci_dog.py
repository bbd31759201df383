"""SciDog as a Tango device: a shell over ``scidog.service``.

Attributes and ``GetSelection`` answer from memory. What must wait for the store (``SaveSelection``,
``DeleteSelection``, ``History``, ``Diff``, a switch) or for other devices (``TestRead``) is a job:
the command returns its id at once, ``JobState`` and ``JobResult`` tell what came of it.
"""

import os
import threading
from collections.abc import Callable
from typing import Any

import tango
from tango import AttrWriteType, DevState
from tango.server import command

from scidog.diff import in_words
from scidog.errors import RefusedError, ScidogError
from scidog.history import difference_of, history_lines
from scidog.last_good import LastGood
from scidog.requests import DeleteRequest, DiffRequest, parse_request
from scidog.service import SelectionService, utc_now
from scidog.situation import Standing, standing
from scidog.store_place import open_store
from scidog.trial import trials
from scidog.wire_text import wire_json
from scifish.attributes.reader import SnapshotReader
from scifish.errors import SelectionError
from scifish.selection import Selection, parse_selection
from scifish.state_folder import host_name
from tango_devices.base import ScizooDevice, published
from tango_devices.caller import caller
from tango_devices.jobs import Job, JobRefusedError
from tango_devices.process import serve
from tango_devices.refusals import told
from tango_devices.sci_dog_properties import SciDogProperties

ABOUT_SELECTIONS = {"ActiveSelection", "ActiveSelectionName", "Selections"}
STATES = {
    Standing.READY: DevState.ON,
    Standing.NOTHING_ACTIVE: DevState.STANDBY,
    Standing.TROUBLE: DevState.ALARM,
}


REFUSALS = (ScidogError, SelectionError, JobRefusedError)
"""What a client is told without a stack of ours."""


class SciDog(ScizooDevice):
    """Scientific (meta)Data Organizer: which Tango attributes are captured with each scan."""

    Model = SciDogProperties

    ActiveSelection = published(str, "", doc="the active selection as JSON; empty when none is active")
    ActiveSelectionName = published(
        str,
        "",
        access=AttrWriteType.READ_WRITE,
        fset="write_active_selection_name",
        doc="name of the active selection; writing makes another one active",
    )
    Selections = published((str,), [], doc="names of all selections")
    StoreAge = published(
        float, 0.0, unit="s", format="%.0f", max_alarm=60.0, doc="time since the store confirmed all this"
    )

    _service: SelectionService | None = None
    _reader: SnapshotReader | None = None

    def start(self, properties: SciDogProperties) -> None:
        """Build the service and look at the store in the background."""
        self._stopped, self._telling = threading.Event(), threading.Lock()
        self._properties = properties
        self._warning = self.warn_of_unknown_properties()
        store = open_store(
            properties.store,
            properties.scope,
            os.environ,
            properties.mongo_uri_file,
            properties.mongo_database,
        )
        last_good = LastGood(properties.copy_path(self.get_name()))
        service = self._service = SelectionService(store, last_good)
        self._reader = SnapshotReader()
        self._publish_known(service)
        self.in_background(lambda: self._follow(service, self._stopped))

    def stop(self) -> None:
        """Stop looking at the store; never waits for it."""
        service, reader, self._service, self._reader = self._service, self._reader, None, None
        if service is not None:
            self._stopped.set()
            self.in_background(service.close)
        if reader is not None:
            reader.close()

    def published_value(self, name: str) -> Any:
        """Return a published value; a selection that is not known is an error, not "none is active".

        Who listens keeps its own last good copy then.
        """
        if name in ABOUT_SELECTIONS and (self._service is None or self._service.known.contents is None):
            tango.Except.throw_exception("NotKnownError", f"not known yet: {self.get_status()}", "SciDog")
        return super().published_value(name)

    def write_active_selection_name(self, name: str) -> None:
        """Make another selection active: refused at once or done within seconds (job ``switch``)."""
        with told("SciDog", *REFUSALS):
            service = self._working_service()
            if service.known.trouble:
                raise RefusedError(f"cannot switch now: {service.known.trouble}")
            service.get(name)
            self.start_job("switch", lambda job: self._change(service, lambda: service.switch(name)))

    @command(dtype_in=str, doc_in="name", dtype_out=str, doc_out="the newest revision, JSON")
    def GetSelection(self, name: str) -> str:  # noqa: N802 - a Tango command
        """Return a selection from memory."""
        with told("SciDog", *REFUSALS):
            return wire_json(self._working_service().get(name))

    @command(dtype_in=str, doc_in="the selection, JSON; revision: the edited one", dtype_out=str)
    def SaveSelection(self, text: str) -> str:  # noqa: N802 - a Tango command
        """Start to save a selection and return the job's id; its result is the selection as saved."""
        with told("SciDog", *REFUSALS):
            selection, service, client = parse_selection(text), self._working_service(), self._client()
            return self.start_job(
                "save", lambda job: _plain(self._change(service, lambda: service.save(selection, client)))
            )

    @command(dtype_in=str, doc_in='{"name": …, "revision": …, "author": …}', dtype_out=str)
    def DeleteSelection(self, text: str) -> str:  # noqa: N802 - a Tango command
        """Start to end a selection, whose history stays, and return the job's id."""
        with told("SciDog", *REFUSALS):
            request, service, client = (
                parse_request(DeleteRequest, text),
                self._working_service(),
                self._client(),
            )
            return self.start_job(
                "delete", lambda job: self._change(service, lambda: service.delete(request, client))
            )

    @command(dtype_in=str, doc_in="name", dtype_out=str, doc_out="id of the job")
    def History(self, name: str) -> str:  # noqa: N802 - a Tango command
        """Start to look up all revisions of a selection, newest first, and return the job's id."""
        with told("SciDog", *REFUSALS):
            service = self._working_service()
            return self.start_job(
                "history", lambda job: [_plain(line) for line in history_lines(service.history(name))]
            )

    @command(dtype_in=str, doc_in='{"name": …, "old": 1, "new": 2}', dtype_out=str)
    def Diff(self, text: str) -> str:  # noqa: N802 - a Tango command
        """Start to compare two revisions and return the job's id; its result is lines of words."""
        with told("SciDog", *REFUSALS):
            request, service = parse_request(DiffRequest, text), self._working_service()
            return self.start_job("diff", lambda job: _compare(service, request))

    @command(dtype_in=str, doc_in="a selection as JSON, a name, or empty: the active one", dtype_out=str)
    def TestRead(self, text: str) -> str:  # noqa: N802 - a Tango command
        """Start to read every entry once and return the job's id; result: one item per entry."""
        with told("SciDog", *REFUSALS):
            selection, reader = self._meant(text), self._working_reader()
            return self.start_job("test-read", lambda job: self._try(reader, selection, job))

    def _meant(self, text: str) -> Selection:
        if text.lstrip().startswith("{"):
            return parse_selection(text)
        service = self._working_service()
        active = service.known.active if not text else service.get(text)
        if active is None:
            raise RefusedError("no selection is active: name one")
        return active

    def _try(self, reader: SnapshotReader, selection: Selection, job: Job) -> list[dict[str, Any]]:
        job.progress(0, len(selection.entries), "reading")
        reading = reader.begin(selection)
        reading.wait(self._properties.test_read_wait)
        snapshot = reading.result()
        return [_plain(trial) for trial in trials(selection, snapshot.values, snapshot.failures)]

    def _change(self, service: SelectionService, act: Callable[[], Any]) -> Any:
        try:
            return act()
        finally:
            self._publish_known(service)

    def _follow(self, service: SelectionService, stopped: threading.Event) -> None:
        while not stopped.is_set():
            try:
                service.refresh()
                self._publish_known(service)
            except Exception as error:  # noqa: BLE001 - edge of a thread: it must go on, and people must know
                self.publish_state(
                    DevState.FAULT, f"cannot follow the store: {type(error).__name__}: {error}"
                )
            stopped.wait(self._properties.refresh_period)

    def _publish_known(self, service: SelectionService) -> None:
        with self._telling:  # else what is known by now could be told before what was
            self._tell(service)

    def _tell(self, service: SelectionService) -> None:
        known, now = service.known, utc_now()
        if service is not self._service:
            return
        if known.contents:
            self.publish("ActiveSelection", wire_json(known.active) if known.active else "")
            self.publish("ActiveSelectionName", known.active.name if known.active else "")
            self.publish("Selections", known.contents.names)
        self.publish("StoreAge", round((now - known.as_of).total_seconds()) * 1.0 if known.as_of else 0.0)
        stands, text = standing(known, now)
        texts = [text, self._warning] if self._warning else [text]
        self.publish_state(DevState.ALARM if self._warning else STATES[stands], "; ".join(texts))

    def _working_service(self) -> SelectionService:
        if self._service is None:
            raise RefusedError(f"SciDog is not configured: {self.get_status()}")
        return self._service

    def _working_reader(self) -> SnapshotReader:
        if self._reader is None:
            raise RefusedError(f"SciDog is not configured: {self.get_status()}")
        return self._reader

    def _client(self) -> str | None:
        client = self.get_client_ident()
        return caller(client.client_ip, client.client_pid, host_name()) if client.client_ident else None


def _plain(model: Any) -> dict[str, Any]:
    return dict(model.model_dump(mode="json"))


def _compare(service: SelectionService, request: DiffRequest) -> list[str]:
    return in_words(difference_of(service.history(request.name), request.name, request.old, request.new))


def main() -> None:
    """Run the device server ``SciDog <instance>``."""
    serve(SciDog, "SciDog")
