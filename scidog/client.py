"""Client of a SciDog device, for the GUI, the macros and the command line.

Calls wait: a few milliseconds for what the device knows, seconds at most for what its store must
do, and as long as Tango itself takes (6 s measured) when the device's process is frozen. A GUI
calls from a worker thread.
"""

import json
import time
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import TypeAdapter

from scidog.device_calls import BusyError, DeviceCalls
from scidog.errors import NoAnswerError, error_from_text
from scidog.history import HistoryLine
from scidog.requests import DeleteRequest, DiffRequest
from scidog.trial import Trial
from scidog.wire_text import check_name, wire_json
from scifish.selection import Selection, parse_selection
from scifish.tango_connection import OF_TANGO_S

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.01, 0.2

Answer = TypeVar("Answer")


class SciDogClient:
    """One SciDog device.

    Parameters
    ----------
    device
        Its Tango name.
    timeout_s
        Longest wait for a job of the device, seconds.
    answer_s
        Longest wait for an answer to one call, seconds.
    """

    def __init__(self, device: str, timeout_s: float = 10.0, answer_s: float = OF_TANGO_S) -> None:
        self.device = device
        self._timeout_s = timeout_s
        self._calls = DeviceCalls(device, answer_s)

    def active(self) -> Selection | None:
        """Return the active selection; none when none is active."""
        text = self._calls.attributes("ActiveSelection")[0]
        return parse_selection(text) if text else None

    def active_name(self) -> str:
        """Return the name of the active selection; empty when none is active."""
        return str(self._calls.attributes("ActiveSelectionName")[0])

    def names(self) -> list[str]:
        """Return the names of all selections."""
        return list(self._calls.attributes("Selections")[0] or ())

    def standing(self) -> tuple[str, str]:
        """Return state and status of the device, e.g. ``("ALARM", "… does not answer …")``."""
        state, status = self._calls.attributes("State", "Status")
        return str(state), str(status)

    def get(self, name: str) -> Selection:
        """Return the newest revision of a selection; raises UnknownSelectionError."""
        return parse_selection(self._calls.command("GetSelection", check_name(name)))

    def save(self, selection: Selection) -> Selection:
        """Save an edited selection and return it with its new revision.

        Parameters
        ----------
        selection
            Its revision is the one that was edited, 0 for a new selection; ``author`` and
            ``comment`` go into the history.

        Raises
        ------
        StaleRevisionError
            When somebody saved it meanwhile; the text names both revisions.
        StoreAwayError
            When the store does not answer; saving again later is safe.
        """
        return Selection.model_validate(self._job("SaveSelection", wire_json(selection)))

    def delete(self, name: str, revision: int, author: str | None = None) -> None:
        """End a selection, its history stays; raises as ``save``, RefusedError for the active one."""
        request = DeleteRequest(name=name, revision=revision, author=author)
        self._job("DeleteSelection", wire_json(request))

    def switch(self, name: str) -> None:
        """Make a selection the active one, and return when it is; raises as ``get`` and RefusedError."""
        check_name(name)
        self._until(lambda: self._asked_to_switch(name), f"switch to {name!r}")
        self._until(lambda: self._switched(name), f"switch to {name!r}")

    def history(self, name: str) -> list[HistoryLine]:
        """Return the revisions of a selection, newest first; raises UnknownSelectionError."""
        return TypeAdapter(list[HistoryLine]).validate_python(self._job("History", check_name(name)))

    def diff(self, name: str, old: int, new: int) -> list[str]:
        """Return in words what differs between two revisions of a selection."""
        return list(self._job("Diff", wire_json(DiffRequest(name=name, old=old, new=new))))

    def test_read(self, selection: Selection) -> list[Trial]:
        """Let the device read every entry once, as a capture would from its host."""
        return TypeAdapter(list[Trial]).validate_python(self._job("TestRead", wire_json(selection)))

    def _job(self, command: str, argument: str) -> Any:
        """Start a job, waiting for another of its kind to end, and return its result."""
        job = self._until(lambda: self._start(command, argument), command)
        return self._until(lambda: self._ended(job), f"{command} ({job})")["result"]

    def _start(self, command: str, argument: str) -> str | None:
        try:
            return self._calls.command(command, argument)
        except BusyError:
            return None

    def _ended(self, job: str) -> dict[str, Any] | None:
        states, results = (
            {item["id"]: item for item in map(json.loads, texts or ())}
            for texts in self._calls.attributes("JobState", "JobResult")
        )
        if job not in states:
            raise NoAnswerError(f"{self.device} was restarted while {job} ran: look whether it was done")
        if states[job]["state"] == "failed":
            raise error_from_text(results[job]["error"])
        return results[job] if states[job]["state"] == "done" else None

    def _asked_to_switch(self, name: str) -> bool | None:
        try:
            self._calls.write("ActiveSelectionName", name)
        except BusyError:
            return None
        return True

    def _switched(self, name: str) -> bool | None:
        active, states, results = self._calls.attributes("ActiveSelectionName", "JobState", "JobResult")
        switches = [job for job in map(json.loads, states or ()) if job["kind"] == "switch"]
        if switches and switches[-1]["state"] == "failed":
            told = {job["id"]: job["error"] for job in map(json.loads, results or ())}
            raise error_from_text(told[switches[-1]["id"]])
        is_done = not switches or switches[-1]["state"] == "done"
        return True if active == name and is_done else None

    def _until(self, ask: Callable[[], Answer | None], what: str) -> Answer:
        limit, pause = time.monotonic() + self._timeout_s, SHORTEST_PAUSE_S
        while time.monotonic() < limit:
            answer = ask()
            if answer is not None:
                return answer
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)
        raise NoAnswerError(f"{self.device}: {what} has not ended within {self._timeout_s:g} s")
