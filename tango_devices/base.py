"""What our Tango devices have in common: events, properties and jobs."""

import functools
import logging
import threading
from collections.abc import Callable
from typing import Any, ClassVar

import tango
from tango import DevState
from tango.server import Device, attribute

from scifish.tango_text import tango_text
from tango_devices.jobs import Jobs, Work
from tango_devices.life import Life
from tango_devices.process import ENDING
from tango_devices.properties import Properties, PropertyError, parse_properties, unknown_properties

log = logging.getLogger(__name__)
PUSH_LIMIT_S = 0.2
"""An event is pushed in less than a millisecond, but waits for an Init that has begun."""


def published(dtype: Any, initial: Any, **options: Any) -> attribute:
    """Declare an attribute that shows the last published value: a read never waits for anything.

    Parameters
    ----------
    dtype
        As for Tango: ``str``, ``int`` (64 bit), ``float``, ``(str,)`` for a spectrum …
    initial
        What is read before the first value is published.
    **options
        Anything Tango's own ``attribute`` takes: doc, unit, format, max_alarm …; a spectrum
        without ``max_dim_x`` holds up to 10,000 elements.
    """
    if isinstance(dtype, tuple):
        options.setdefault("max_dim_x", 10_000)
    return _Published(dtype=dtype, initial=initial, **options)


class _Published(attribute):
    """An attribute whose value is held by the device's table of published values."""

    def __init__(self, initial: Any = None, **options: Any) -> None:
        self.initial = initial
        super().__init__(**options)

    def __set_name__(self, owner: type, name: str) -> None:
        def read(device: "ScizooDevice") -> Any:
            return device.published_value(name)

        read.__name__ = f"read_{name}"
        self.fget = read


class ScizooDevice(Device):
    """Base of the shells: validated properties, published attributes, jobs.

    A subclass sets ``Model`` and implements ``start(properties)`` and ``stop()``.
    """

    Model: ClassVar[type[Properties]] = Properties

    JobState = attribute(
        dtype=(str,), max_dim_x=64, fget="read_job_state", doc="the last 20 jobs, one JSON each"
    )
    JobProgress = attribute(dtype=(str,), max_dim_x=64, fget="read_job_progress", doc="how far they are")
    JobResult = attribute(dtype=(str,), max_dim_x=64, fget="read_job_result", doc="what came of them")

    def __init__(self, *words: Any) -> None:
        self._life = Life()
        super().__init__(*words)

    def init_device(self) -> None:
        """Validate the properties and start the logic; FAULT with a sentence when they are wrong."""
        super().init_device()
        ENDING.began(self.get_name())
        self._life.begin()
        self._published: dict[str, Any] = {}
        self._jobs = Jobs(self._publish_jobs, self.in_background)
        self._declare_events()
        try:
            properties = self._read_properties()
            self.start(properties)
        except Exception as error:  # the device must live, to say in FAULT what is wrong
            if not isinstance(error, PropertyError):
                log.exception("cannot start")
            self.publish_state(DevState.FAULT, f"{error}")

    def delete_device(self) -> None:
        """Stop the logic."""
        try:
            self.stop()
        finally:
            self._life.end(PUSH_LIMIT_S)
            super().delete_device()
            ENDING.stopped(self.get_name())

    def start(self, properties: Any) -> None:
        """Build and start the logic; called at every initialisation."""

    def stop(self) -> None:
        """Stop the logic; called before every further initialisation and at the end."""

    def publish(self, name: str, value: Any) -> None:
        """Set an attribute's value and push change and archive events when it differs.

        May be called from any thread that ``in_background`` started, and from Tango's own.
        """
        missing = object()
        if self._published.get(name, missing) == value:
            return
        self._published[name] = value
        self.push(name, value)

    def published_value(self, name: str) -> Any:
        """Return the last published value of an attribute, or its initial one."""
        return self._published.get(name, self._declared()[name].initial)

    def publish_state(self, state: DevState, status: str) -> None:
        """Set state and status and push both; what TANGO's Latin-1 lacks is spelt out."""
        self.while_it_lives(lambda: self._set_state(state, tango_text(status)))

    def push(self, name: str, value: Any) -> None:
        """Push change and archive events of an attribute."""

        def push() -> None:
            self.push_change_event(name, value)
            self.push_archive_event(name, value)

        self.while_it_lives(push)

    def while_it_lives(self, function: Callable[[], None]) -> None:
        """Run what touches the device; nothing once it has ended, which a thread may learn later."""
        self._life.touch(function)

    def warn_of_unknown_properties(self) -> str | None:
        """Return a sentence for the status when the database holds properties nobody reads."""
        names = ", ".join(unknown_properties(self.Model, self._property_names()))
        return f"unknown property: {names} (a typing error? delete or correct it)" if names else None

    def start_job(self, kind: str, work: Work) -> str:
        """Start a job and return its id; raises JobRefusedError while one of its kind runs."""
        return self._jobs.start(kind, work)

    def job_is_running(self, kind: str) -> bool:
        """Tell whether a job of this kind has not ended."""
        return self._jobs.running(kind)

    def in_background(self, function: Callable[[], None]) -> None:
        """Run a function on a daemon thread that may push events."""

        @functools.wraps(function)
        def body() -> None:
            with tango.EnsureOmniThread():
                function()

        threading.Thread(target=body, daemon=True).start()

    def read_job_state(self) -> list[str]:
        """Return the jobs' states."""
        return self._jobs.states()

    def read_job_progress(self) -> list[str]:
        """Return the jobs' progress."""
        return self._jobs.progresses()

    def read_job_result(self) -> list[str]:
        """Return the jobs' results."""
        return self._jobs.results()

    @classmethod
    def _declared(cls) -> dict[str, _Published]:
        found = {}
        for owner in reversed(cls.__mro__):
            found.update({name: item for name, item in vars(owner).items() if isinstance(item, _Published)})
        return found

    def _declare_events(self) -> None:
        for name in (*self._declared(), "JobState", "JobProgress", "JobResult", "State", "Status"):
            self.set_change_event(name, True, False)
            self.set_archive_event(name, True, False)

    def _publish_jobs(self) -> None:
        self.push("JobState", self._jobs.states())
        self.push("JobProgress", self._jobs.progresses())
        self.push("JobResult", self._jobs.results())

    def _set_state(self, state: DevState, status: str) -> None:
        changed = (self.get_state(), self.get_status()) != (state, status)
        self.set_state(state)
        self.set_status(status)
        if changed:
            self.push("State", state)
            self.push("Status", status)

    def _property_names(self) -> list[str]:
        database = tango.Util.instance().get_database()
        return list(database.get_device_property_list(self.get_name(), "*"))

    def _read_properties(self) -> Properties:
        database = tango.Util.instance().get_database()
        names = self._property_names()
        stored = database.get_device_property(self.get_name(), names) if names else {}
        return parse_properties(self.Model, {name: list(lines) for name, lines in stored.items()})
