"""Captures that a client begins and ends by commands: committed at once, values as they come."""

import threading
from datetime import datetime, timezone
from typing import Any

from scifish.capture import Capture
from scifish.errors import MessageError
from scifish.file_parts import chunks, split_files
from scifish.host.client_requests import Begin, End, Request, Whole
from scifish.message_parts import Failure
from scifish.messages import RANK_ENDED
from scifish.producer import Producer
from scifish.selection import RESERVED_GROUPS
from scifish.status.captures import find_started

VALUES_WAIT_S = 3.0
"""Values may follow that late, as a later revision."""
HOLD_MARGIN_S = 1.0
CUSTOM = RESERVED_GROUPS[1]


class ClientCaptures:
    """The captures of one SciFish that clients have begun.

    Every method commits before it returns and takes some milliseconds. They raise SpoolError when
    the disk does not take it.
    """

    def __init__(self, producer: Producer) -> None:
        self._producer = producer
        self._open: dict[str, Capture] = {}
        self._changing = threading.Lock()
        """A begin told again while the end is told would take the status back."""

    def start(self, request: Begin) -> str:
        """Begin a capture and return its pid."""
        capture = self._begin(request)
        capture.started(**request.fields(), start_time=_now(), files=chunks(request.files)[0])
        self._open[capture.pid] = capture
        self._in_background(self._add_start_values, capture)
        return capture.pid

    def end(self, request: End) -> str:
        """End a capture and return its pid; also one begun before SciFish was restarted.

        Raises
        ------
        MessageError
            No capture of this pid has begun here.
        """
        with self._changing:
            capture = self._open.pop(request.pid, None)
        if capture is None:
            return self._end_of_old(request)
        capture.begin_end()
        self._finish(capture, request, {**request.fields(), "end_time": _now()}, request.status)
        return capture.pid

    def capture(self, request: Whole) -> str:
        """Capture something that has happened already, and return its pid."""
        capture = self._begin(request)
        capture.begin_end()
        now = _now()
        fields = {**request.fields(), "start_time": now, "end_time": now}
        self._finish(capture, request, fields, request.status)
        return capture.pid

    def _begin(self, request: Begin) -> Capture:
        facts = {"version": request.version, "door": request.door}
        capture = self._producer.begin(self._producer.source(request.program, **facts), type=request.type)
        capture.freeze_context(request.source_folder)
        if request.custom:
            capture.put_group(CUSTOM, request.custom_values(), at_start=True)
        return capture

    def _finish(self, capture: Capture, request: Request, fields: dict[str, Any], status: str) -> None:
        if request.custom:
            capture.put_group(CUSTOM, request.custom_values(), at_start=False)
        fields = {**fields, "files": request.files} if request.files else fields
        capture.ended(status, hold_s=VALUES_WAIT_S + HOLD_MARGIN_S, **fields)
        self._in_background(self._add_end_values, capture)

    def _add_start_values(self, capture: Capture) -> None:
        capture.wait_start(VALUES_WAIT_S)
        with self._changing:
            if capture.pid in self._open:
                capture.started()

    def _add_end_values(self, capture: Capture) -> None:
        capture.wait_end(VALUES_WAIT_S)
        capture.ended_again()

    def _end_of_old(self, request: End) -> str:
        found = find_started(self._producer.folder, request.pid)
        if found is None:
            raise MessageError(f"no capture {request.pid!r} has begun on this host")
        started, revision = found
        lost = Failure(reason="SciFish was restarted since the begin: no values of the end", phase="end")
        change = {
            **request.fields(),
            "phase": "ended",
            "rank": RANK_ENDED,
            "author": self._producer.author,
            "revision": revision + 1,
            "status": request.status,
            "end_time": _now(),
            "values": {CUSTOM: request.custom_values()} if request.custom else {},
            "failures": [*started.failures, lost],
        }
        files = request.files or started.files
        self._producer.spool.commit(*split_files(started.model_copy(update=change), files))
        return request.pid

    @staticmethod
    def _in_background(work: Any, *arguments: Any) -> None:
        threading.Thread(target=work, args=arguments, name="scifish-values", daemon=True).start()


def _now() -> datetime:
    return datetime.now(timezone.utc)
