"""One capture from its begin to its end: what every producer does with a scan or a file."""

import threading
from collections.abc import Callable, Iterable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from scifish.attributes.reader import Reading, Snapshot
from scifish.context import book
from scifish.file_parts import split_files
from scifish.frozen import Frozen, PastReading
from scifish.identifiers import make_pid
from scifish.message_parts import AmendmentPart, DataFile, Failure, Source, Value, ValueTree
from scifish.messages import (
    RANK_ENDED,
    RANK_STARTED,
    CaptureMessage,
    Context,
    Identity,
    Phase,
)
from scifish.settings import Station

if TYPE_CHECKING:
    from scifish.producer import Producer

PID_PARTS = ("facility", "beamline", "producer", "start_ns", "nonce")
NOTHING = Snapshot(values={}, failures=[])
FILES = TypeAdapter(list[DataFile])


class Capture:
    """Made by ``Producer.begin``; collects fields and commits phases, each durable when it returns.

    Fields are those of ``CaptureMessage``; each commit carries all given so far. A field that is
    not valid is left out and named in ``failures``: a bad field never costs the capture.

    Parameters
    ----------
    producer
        Whose capture it is.
    station
        Which PathFixer and SciDog count.
    identity
        Fields of ``messages.Identity`` that stay the same in every phase.
    prefix
        The facility's pid prefix.
    frozen
        What was known and read before; then nothing is asked now.
    """

    def __init__(
        self,
        producer: "Producer",
        station: Station,
        identity: dict[str, Any],
        prefix: str,
        frozen: Frozen | None = None,
    ) -> None:
        self._producer, self._station = producer, station
        source: Source = identity["source"]
        parts = {name: identity[name] for name in PID_PARTS}
        self.pid = make_pid(prefix, host=source.host, **parts)
        self.context: Context | None = None
        self._identity = {**identity, "pid": self.pid}
        self._fields: dict[str, Any] = {}
        self._groups: dict[bool, dict[str, dict[str, Value]]] = {True: {}, False: {}}
        self._notes: list[Failure] = []
        self._revision = 0
        self._told_files: dict[str, Any] = {}
        self._lock = threading.RLock()
        self._at_start: Reading | PastReading | None
        self._at_end: Reading | PastReading | None
        if frozen:
            self._take_up(frozen)
        else:
            self._begin()
        # Its hash takes as long as a commit, and is the same in every phase.
        self._reference = self._selection.reference() if self._selection else None

    def freeze_context(self, source_folder: str | None) -> Context:
        """Decide whose data it is, from the session as it is known now, and keep that.

        Parameters
        ----------
        source_folder
            Where the files go; a folder outside the session's path is a conflict. None: unknown.
        """
        now = datetime.now(timezone.utc)
        known = self._producer.session(self._station, now)
        with self._lock:
            self.context = book(known, source_folder, self._producer.settings.context_max_age_s, now)
        return self.context

    def put_group(self, group: str, values: dict[str, Value], *, at_start: bool) -> None:
        """Add values that no selection names, such as Sardana's own snapshot."""
        with self._lock:
            self._groups[at_start].setdefault(group, {}).update(values)

    def note(self, failure: Failure) -> None:
        """Add a failure that is told with every phase from now on."""
        with self._lock:
            self._notes.append(failure)

    def wait_start(self, timeout_s: float, cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Wait for the values of the begin; True when all have answered."""
        return self._at_start is None or self._at_start.wait(timeout_s, cancelled)

    def begin_end(self) -> None:
        """Begin to read the values of the end; returns at once, a second call does nothing."""
        with self._lock:
            if self._at_end is None:
                self._at_end = self._begin_reading()

    def wait_end(self, timeout_s: float, cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Wait for the values of the end; True when all have answered."""
        return self._at_end is None or self._at_end.wait(timeout_s, cancelled)

    def started(self, **fields: Any) -> None:
        """Commit phase ``started``; raises SpoolError when the disk does not take it."""
        with self._lock:
            self._fields.update(fields, status="running")
            self._commit(self._message("started", RANK_STARTED))

    def started_again(self, **fields: Any) -> None:
        """Replace ``started`` by one with the values that have come in since; waits for no disk.

        What the disk does not take is told by the spool's ``trouble``; raises SpoolError when the
        spool is closed.
        """
        with self._lock:
            self._fields.update(fields, status="running")
            message = self._message("started", RANK_STARTED)
            self._producer.spool.commit_soon(message)

    def ended(self, status: str, *, hold_s: float = 0.0, **fields: Any) -> None:
        """Commit phase ``ended``, which is self-contained; raises SpoolError when the disk does not take it.

        Files beyond the first 1000 follow as amended parts.

        Parameters
        ----------
        status
            How it ended.
        hold_s
            ``ended_again`` follows within this time, s: until then nothing is complete.
        **fields
            Of the message.
        """
        with self._lock:
            files = FILES.validate_python(fields.pop("files", ()))
            self._fields.update(fields, status=status, files=[])
            first, *parts = split_files(self._message("ended", RANK_ENDED), files)
            self._told_files = {"files": first.files, "parts_expected": first.parts_expected}
            self._commit(first, *parts, hold_s=hold_s)

    def ended_again(self) -> None:
        """Commit the end once more, with the values that have come in since; raises SpoolError.

        The files stand as they were told: thousands are not sent a second time.
        """
        with self._lock:
            self._commit(self._message("ended", RANK_ENDED).model_copy(update=self._told_files))

    def amended(self, name: str, index: int = 1, of: int = 1, **fields: Any) -> None:
        """Commit what has become known after the end, e.g. the size of a file.

        Parameters
        ----------
        name
            What is amended: ``files``, ``completion`` or ``values``.
        index, of
            Which piece, 1-based, of how many.
        **fields
            Only these fields stand in the message.
        """
        with self._lock:
            part = AmendmentPart(name=name, index=index, of=of)
            self._commit(self._build("amended", RANK_ENDED, {**fields, "part": part}))

    def _begin(self) -> None:
        self._selection, note = self._producer.selection(self._station)
        if note:
            self._notes.append(Failure(reason=note, phase="start"))
        self._at_start, self._at_end = self._begin_reading(), None

    def _take_up(self, frozen: Frozen) -> None:
        self.context, self._selection, self._revision = frozen.context, frozen.selection, frozen.revision
        self._at_start, self._at_end = PastReading(frozen.at_start), PastReading(frozen.at_end)

    def _begin_reading(self) -> Reading | None:
        if self._selection is None or not self._selection.entries:
            return None
        return self._producer.reader.begin(self._selection)

    def _message(self, phase: Phase, rank: int) -> CaptureMessage:
        start = self._at_start.result() if self._at_start else NOTHING
        end = self._at_end.result() if self._at_end else NOTHING
        context = self.context.model_dump() if self.context else {}
        failures = [*self._notes, *_marked(start.failures, "start"), *_marked(end.failures, "end")]
        fields = {
            **context,
            **self._fields,
            "failures": [*self._fields.get("failures", ()), *failures],
            "selection": self._reference,
            "values_at_start": self._tree(start, at_start=True),
            "values": self._tree(end, at_start=False),
        }
        return self._build(phase, rank, fields)

    def _tree(self, snapshot: Snapshot, *, at_start: bool) -> ValueTree:
        return {**snapshot.values, **self._groups[at_start]}

    def _build(self, phase: Phase, rank: int, fields: dict[str, Any]) -> CaptureMessage:
        self._revision += 1
        told = {"phase": phase, "rank": rank, "revision": self._revision, "author": self._producer.author}
        whole = {**fields, **self._identity, **told}
        try:
            return CaptureMessage.model_validate(whole)
        except ValidationError as error:
            bad = {str(item["loc"][0]): item["msg"] for item in error.errors() if item["loc"]}
        reasons = [Failure(reason=f"{name} is left out: {why}") for name, why in bad.items()]
        whole["failures"] = [*whole.get("failures", ()), *reasons]
        kept = {key: value for key, value in whole.items() if key not in bad or key in Identity.model_fields}
        return CaptureMessage.model_validate(kept)

    def _commit(self, *messages: CaptureMessage, hold_s: float = 0.0) -> None:
        self._revision = messages[-1].revision
        self._producer.spool.commit(*messages, hold_s=hold_s)


def _marked(failures: Iterable[Failure], phase: str) -> list[Failure]:
    return [failure.model_copy(update={"phase": phase}) for failure in failures]
