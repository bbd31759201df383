"""One reading of a selection: what has answered so far, and why the rest has not.

``late``: a reading's phase ends with its first ``wait``. A value that arrives after it is kept,
marked late, and stands in every ``result`` asked for from then on: an END can still tell what the
START was too short for. Its ``read_time`` says how late.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scifish.attributes.proxies import Answer, Device
from scifish.bell import Bell
from scifish.message_parts import Failure, Value, ValueTree
from scifish.selection import Entry, Selection
from scifish.tango_values import to_leaf

LOOK_S = 0.01
"""A wait looks this often whether it has been cancelled."""


@dataclass
class Snapshot:
    """Values, and beside them what could not be read and why."""

    values: ValueTree
    failures: list[Failure]


class Reading:
    """One reading of a selection; made by ``SnapshotReader.begin``."""

    def __init__(
        self, selection: Selection, array_limit: int, gave_up: Callable[[Iterable[str]], None]
    ) -> None:
        self._by_device = selection.by_device()
        self._entries = selection.entries
        self._limit = array_limit
        self._gave_up = gave_up
        self._lock = threading.Lock()
        self._all_answered = Bell()
        self._awaited = set(self._by_device)
        self._reasons: dict[str, str] = {}
        self._leaves: dict[tuple[str | None, str], Value | str] = {}
        self._phase_over = False
        self._missing = "no answer yet"

    def wait(self, timeout_s: float, cancelled: Callable[[], bool] = lambda: False) -> bool:
        """Wait until every device that is waited for has answered, and end the phase.

        Parameters
        ----------
        timeout_s
            The deadline for all devices together, in seconds.
        cancelled
            Looked at every 10 ms; true ends the wait, and blames no device for it.

        Returns
        -------
        bool
            True when nothing that was waited for is missing.
        """
        deadline = time.monotonic() + timeout_s
        while self._awaited and (left := deadline - time.monotonic()) > 0 and not cancelled():
            self._all_answered.wait(min(left, LOOK_S))
        return self._end_phase(f"no answer within {timeout_s:g} s", blame=time.monotonic() >= deadline)

    def result(self) -> Snapshot:
        """Return what is there now; may be asked again, and then holds what came late."""
        tree: ValueTree = {}
        failures: list[Failure] = []
        with self._lock:
            leaves = dict(self._leaves)
        for entry in self._entries:
            leaf = leaves.get((entry.group, entry.name)) or self._why_missing(entry.device)
            if isinstance(leaf, str):
                failures.append(Failure(device=entry.device, attribute=entry.attribute, reason=leaf))
            elif entry.group is None:
                tree[entry.name] = leaf
            else:
                tree.setdefault(entry.group, {})[entry.name] = leaf  # type: ignore[index]
        return Snapshot(tree, failures)

    @property
    def devices(self) -> list[str]:
        """Names of the devices of the selection."""
        return list(self._by_device)

    def attributes(self, device: str) -> list[str]:
        """Return the attributes that are wanted of a device."""
        return [entry.attribute for entry in self._by_device[device]]

    def do_not_wait_for(self, device: str, reason: str) -> None:
        """Let the phase end without a device; its answer counts if it comes in time."""
        self._reasons[device] = reason
        self._answered(device)

    def deliver(self, device: Device, answers: dict[str, Answer]) -> None:
        """Take the answers of a device, in one of the background threads."""
        leaves = {
            (entry.group, entry.name): self._leaf(entry, device, answers.get(entry.attribute))
            for entry in self._by_device[device.name]
        }
        with self._lock:
            if self._phase_over:
                _mark_late(leaves.values())
            self._leaves.update(leaves)
        self._answered(device.name)

    def fail(self, device: str, reason: str) -> None:
        """Take the reason why a device gave no answer at all."""
        self._reasons[device] = reason
        self._answered(device)

    def _leaf(self, entry: Entry, device: Device, answer: Answer | None) -> Value | str:
        if answer is None or isinstance(answer, str):
            return answer or "the device has no such attribute"
        try:
            return to_leaf(answer, entry, device.configuration(entry.attribute), self._limit)
        except Exception as error:  # noqa: BLE001 - a strange value must not cost the others of its thread
            return f"{answer.type} {answer.format} cannot be told: {type(error).__name__}: {error}"

    def _answered(self, device: str) -> None:
        with self._lock:
            self._awaited.discard(device)
            if not self._awaited:
                self._all_answered.ring()

    def _end_phase(self, missing: str, *, blame: bool) -> bool:
        with self._lock:
            awaited = set(self._awaited)
            if not self._phase_over:
                self._phase_over, self._missing = True, missing if blame else "not waited for: cancelled"
        if blame and awaited:
            self._gave_up(awaited)
        return not awaited

    def _why_missing(self, device: str) -> str:
        return self._reasons.get(device) or self._missing


def _mark_late(leaves: Iterable[Value | str]) -> None:
    for leaf in leaves:
        if isinstance(leaf, Value):
            leaf.late = True
