"""Jobs: work longer than a command may take, with state, progress and result for people to see.

A Tango command that works for long blocks every read of its device (measured: a read beside a
5 s command timed out). So a command starts a job and returns its id at once.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

KEPT = 20


class JobRefusedError(Exception):
    """A job of this kind is running already; the text names it."""


@dataclass
class Job:
    """One job and what there is to tell of it."""

    id: str
    kind: str
    started_at: datetime
    state: str = "running"
    ended_at: datetime | None = None
    done: int = 0
    of: int | None = None
    text: str = ""
    result: Any = None
    error: str | None = None
    on_change: Callable[[], None] = field(default=lambda: None, repr=False)

    def progress(self, done: int, of: int | None = None, text: str = "") -> None:
        """Say how far the work is: ``done`` steps ``of`` so many, and what is done now."""
        self.done, self.of, self.text = done, of, text
        self.on_change()


Work = Callable[[Job], Any]


class Jobs:
    """The last 20 jobs of a device, at most one of each kind running.

    Parameters
    ----------
    on_change
        Called, on the job's thread, after anything to tell has changed.
    run
        Starts a function on a daemon thread.
    """

    def __init__(self, on_change: Callable[[], None], run: Callable[[Callable[[], None]], None]) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()
        self._count = 0
        self._on_change = on_change
        self._run = run

    def start(self, kind: str, work: Work) -> str:
        """Start ``work(job)`` in the background and return the job's id, e.g. ``check-3``.

        Raises
        ------
        JobRefusedError
            When a job of this kind has not ended yet.
        """
        with self._lock:
            running = self._running(kind)
            if running:
                raise JobRefusedError(f"{running.id} has not ended yet; wait for it (JobState)")
            job = self._new(kind)
        self._run(lambda: self._work(job, work))
        return job.id

    def running(self, kind: str) -> bool:
        """Tell whether a job of this kind has not ended yet."""
        with self._lock:
            return self._running(kind) is not None

    def states(self) -> list[str]:
        """Return one JSON text per job: id, kind, state (running, done, failed), started_at, ended_at."""
        return self._tell(
            lambda job: {
                "state": job.state,
                "started_at": job.started_at.isoformat(),
                "ended_at": job.ended_at and job.ended_at.isoformat(),
            }
        )

    def progresses(self) -> list[str]:
        """Return one JSON text per job: id, kind, done, of (null: not known), text."""
        return self._tell(lambda job: {"done": job.done, "of": job.of, "text": job.text})

    def results(self) -> list[str]:
        """Return one JSON text per job: id, kind, result (null until done), error."""
        return self._tell(lambda job: {"result": job.result, "error": job.error})

    def _new(self, kind: str) -> Job:
        self._count += 1
        job = Job(f"{kind}-{self._count}", kind, _now(), on_change=self._on_change)
        self._jobs[job.id] = job
        while len(self._jobs) > KEPT:
            oldest = next((key for key, kept in self._jobs.items() if kept.state != "running"), None)
            if oldest is None:
                break
            del self._jobs[oldest]
        return job

    def _running(self, kind: str) -> Job | None:
        return next((job for job in self._jobs.values() if job.kind == kind and job.state == "running"), None)

    def _work(self, job: Job, work: Work) -> None:
        self._on_change()
        try:
            job.result, job.state = work(job), "done"
        except Exception as error:  # noqa: BLE001 - edge of a thread: people must see any failure
            job.error, job.state = f"{type(error).__name__}: {error}", "failed"
        job.ended_at = _now()
        self._on_change()

    def _tell(self, facts: Callable[[Job], dict[str, Any]]) -> list[str]:
        with self._lock:
            jobs = list(self._jobs.values())
        return [json.dumps({"id": job.id, "kind": job.kind, **facts(job)}, default=str) for job in jobs]


def _now() -> datetime:
    return datetime.now(timezone.utc)
