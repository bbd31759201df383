"""Commanding a PathFixer device: for the panel, the Sardana macros and the command line."""

import json
import time
from collections.abc import Callable
from typing import Any

import tango

import pathfixer.errors
import sdm.errors
from pathfixer.choices import Choices
from pathfixer.errors import (
    CommandError,
    NeedsForceError,
    NeedsOverrideError,
    NoAnswerError,
    ReasonWantedError,
)
from pathfixer.look import SEEN, Look, parse_look
from pathfixer.sardana import reason_of
from scifish.errors import MessageError
from scifish.session import Session, parse_session
from scifish.tango_connection import OF_TANGO_S, Connection
from sdm.folders.findings import Finding

POLL_S = 0.02

NOT_REACHED = ("API_", "DB_")
"""Reasons that begin so are TANGO's own: the device, or the database, was not reached."""

REASONS = {kind.__name__: kind.field for kind in (NeedsForceError, NeedsOverrideError)}
"""Refusal of a job to the field of the request whose reason lets it pass."""

Tell = Callable[[str], None]
"""Told what is being done, whenever it changes."""


def _silent(_: str) -> None:
    """Tell nobody."""


class PathFixerClient:
    """One PathFixer device. Every method raises CommandError with the device's own words.

    Parameters
    ----------
    device
        Tango name.
    timeout_s
        How long a job (opening, closing, checking, repairing) may take.
    answer_s
        How long the device may take to answer one call.
    """

    def __init__(self, device: str, timeout_s: float = 60, answer_s: float = OF_TANGO_S) -> None:
        self._device = device
        self._timeout_s = timeout_s
        self._answer_s = answer_s
        self._connection = Connection(device)

    def session(self) -> Session:
        """Return the session, open or closed."""
        try:
            return parse_session(self._read("Session"))
        except MessageError as error:
            raise CommandError(f"{self._device} shows no session: {error}") from None

    def look(self) -> Look:
        """Return what can be seen of the device at one look."""
        found = self._call(lambda proxy: proxy.read_attributes(list(SEEN)))
        try:
            return parse_look({item.name: item.value for item in found})
        except MessageError as error:
            raise CommandError(f"{self._device} shows no session: {error}") from None

    def choices(self, username: str, proposal: str = "", visit: str = "") -> Choices:
        """Return what a user may choose, from the device's memory; stages nothing."""
        question = _json(username=username, proposal=proposal, visit=visit)
        return Choices.model_validate_json(self._call(lambda proxy: proxy.command_inout("Choices", question)))

    def open_session(
        self,
        username: str,
        proposal: str,
        visit: str | None = None,
        sample: str = "",
        endstation: str | None = None,
        force_reason: str = "",
        asked_by: str = "",
        asking_door: str = "",
        override_reason: str = "",
        tell: Tell = _silent,
    ) -> list[str]:
        """Open a session and wait for it; returns what people should see to.

        Parameters
        ----------
        username, proposal
            Log-in name and number.
        visit
            Its name; none for the one that runs now.
        sample
            Folders below raw; empty for none.
        endstation
            One of the device's, none for the whole beamline.
        force_reason, asked_by
            Why to switch under a running macro or growing files, and the name of who says so.
        asking_door
            The Door whose macro asks: that it runs is no obstacle.
        override_reason
            Why staff open it while the user office is away and cannot say whether they may.
        tell
            Told each step of the opening.
        """
        request = _json(
            username=username,
            proposal=proposal,
            visit=visit,
            sample=sample,
            endstation=endstation,
            force_reason=force_reason,
            asked_by=asked_by,
            asking_door=asking_door,
            override_reason=override_reason,
        )
        return _texts(self._run_job("OpenSession", request, tell=tell))

    def apply(self) -> list[str]:
        """Open the session that the set points ask for; returns what people should see to."""
        return _texts(self._run_job("Apply"))

    def close_session(self, force_reason: str = "", asked_by: str = "", asking_door: str = "") -> list[str]:
        """Close the session; returns what people should see to.

        Parameters
        ----------
        force_reason, asked_by
            Why to do so under a running macro or growing files, and the name of who says so.
        asking_door
            The Door whose macro asks: that it runs is no obstacle.
        """
        request = _json(force_reason=force_reason, asked_by=asked_by, asking_door=asking_door)
        return _texts(self._run_job("EndSession", request))

    def check(self) -> list[Finding]:
        """Check path, rights, space and ScanDir."""
        return [Finding.model_validate(item) for item in self._run_job("Check")]

    def repair(self) -> list[Finding]:
        """Repair the session's folders as far as that loses nothing."""
        return [Finding.model_validate(item) for item in self._run_job("Repair")]

    def set_sample(self, sample: str) -> None:
        """Change the sample and wait until its folder is there; an empty one goes back to raw.

        A proprietary one may get the next code meanwhile: its first one was another PathFixer's.
        """
        before = self.session().revision
        self._call(lambda proxy: proxy.write_attribute("Sample", sample))
        wanted = self._read("Sample")
        session = self._settled(sample)
        folder = session.sample or ""
        if session.category == "proprietary":
            is_set = folder == wanted or session.revision > before
        else:
            is_set = folder == sample.strip()
        if not is_set:
            raise self._not_set(sample)

    def _settled(self, sample: str) -> Session:
        """Return the session once it has the sample that is asked for, or that was given up."""
        deadline = time.monotonic() + self._timeout_s
        while True:
            session = self.session()
            if (session.sample or "") == self._read("Sample"):
                return session
            if time.monotonic() > deadline:
                raise self._not_set(sample)
            time.sleep(POLL_S)

    def _not_set(self, sample: str) -> CommandError:
        return CommandError(f"{self._device} did not set sample {sample!r}: {self._read('Status')}")

    def stage(self, name: str, value: str) -> None:
        """Write a set point: Username, Proposal, Visit or Endstation."""
        self._call(lambda proxy: proxy.write_attribute(name, value))

    def proposals(self) -> list[str]:
        """Return ``<number>  <title>`` of what the staged user may choose."""
        return list(self._call(lambda proxy: proxy.command_inout("Proposals")) or [])

    def visits(self, proposal: str = "") -> list[str]:
        """Return ``<visit>  <begin> - <end>`` of a proposal, by default the staged one."""
        return list(self._call(lambda proxy: proxy.command_inout("Visits", proposal)) or [])

    def _run_job(self, command: str, *arguments: str, tell: Tell = _silent) -> Any:
        job = self._call(lambda proxy: proxy.command_inout(command, *arguments))
        deadline, told = time.monotonic() + self._timeout_s, ""
        while self._item("JobState", job)["state"] == "running":
            if time.monotonic() > deadline:
                raise CommandError(f"{command} ({job}) has not ended within {self._timeout_s:g} s")
            step = self._item("JobProgress", job)["text"] if tell is not _silent else ""
            if step != told:
                tell(step)
                told = step
            time.sleep(POLL_S)
        outcome = self._item("JobResult", job)
        if outcome["error"] is not None:
            raise _failure(outcome["error"])
        return outcome["result"]

    def _item(self, attribute: str, job: str) -> dict[str, Any]:
        for line in self._read(attribute) or ():
            item: dict[str, Any] = json.loads(line)
            if item["id"] == job:
                return item
        raise CommandError(f"{self._device} does not know job {job} any more: was it restarted?")

    def _read(self, attribute: str) -> Any:
        return self._call(lambda proxy: proxy.read_attribute(attribute).value)

    def _call(self, act: Any) -> Any:
        try:
            return act(self._connection.limited(self._answer_s))
        except tango.DevFailed as error:
            raise self._told(error) from None
        except UnicodeError as error:
            raise CommandError(f"{self._device} is refused what Tango cannot carry: {error}") from None

    def _told(self, error: tango.DevFailed) -> CommandError:
        if error.args and error.args[0].reason.startswith(NOT_REACHED):
            return NoAnswerError(f"{self._device} does not answer: {reason_of(error)}")
        return CommandError(f"{self._device}: {reason_of(error)}")


def _failure(told: str) -> CommandError:
    """Return what a job failed with; the class of an error that is meant for people is not told them."""
    name, _, text = told.partition(": ")
    if name in REASONS:
        return ReasonWantedError(text, REASONS[name])
    is_for_people = hasattr(pathfixer.errors, name) or hasattr(sdm.errors, name)
    return CommandError(text if is_for_people else told)


def _json(**fields: str | None) -> str:
    """Return ASCII, all that a Tango string is sure to carry; whether it can be asked the device says."""
    return json.dumps(fields)


def _texts(items: Any) -> list[str]:
    return [str(item) for item in items]
