"""Whether a macro runs anywhere: the Doors are looked at twice, so that a pause between two macros is none.

A Door that does not answer counts as running: a network that is cut says nothing about the macro on
the other side. Only one whose server has signed off from the Tango database runs nothing for certain.
"""

import threading
import time
from collections.abc import Callable, Collection

from pathfixer.many_devices import Answers, ask_devices
from scifish.attributes.reader import SnapshotReader

ANSWER_S = 1.0
"""For an answer of a Door that is well."""
PATIENCE_S = 3.0
"""A Door that has not answered by then, at the second look, counts as running; and for the first answer ever,
which includes being connected to."""
STILL_S = 10.0
"""For so long a Door that ran a macro at its last answer is taken to run it still."""
BETWEEN_S = 0.3
"""A sequence leaves its Door ON for a moment between two macros."""
AT_REST = ("ON", "ALARM")


class Doors:
    """Looks at Doors, all at once; a process needs one.

    Parameters
    ----------
    reader
        Reads attributes of many devices with one deadline.
    has_signed_off
        Tells whether the server of a device is known to be gone; asked of those that do not answer.
    between_s
        Between the two looks, in seconds.
    """

    def __init__(
        self, reader: SnapshotReader, has_signed_off: Callable[[str], bool], between_s: float = BETWEEN_S
    ) -> None:
        self._reader = reader
        self._between_s = between_s
        self._has_signed_off = has_signed_off
        self._known: dict[str, tuple[str, ...]] = {}
        self._heard: set[str] = set()
        self._worked_at: dict[str, float] = {}
        self._stopped = threading.Event()

    def learn(self, doors: Collection[str], macro_servers: Collection[str]) -> None:
        """Learn which Doors there are, and connect to them: a first question takes longer than later ones."""
        if not doors:
            self._ask_for_doors(macro_servers)
        self._look(self._named(doors, macro_servers))

    def busy(self, doors: Collection[str], macro_servers: Collection[str]) -> dict[str, str]:
        """Return a sentence for each Door, in lower case, that is at work, or may be.

        Parameters
        ----------
        doors
            Tango names; when there are none, all Doors of the MacroServers are looked at.
        macro_servers
            Tango names.
        """
        unknown = {} if doors else self._ask_for_doors(macro_servers)
        names = self._named(doors, macro_servers)
        running, silent = self._look(names)
        if names and not self._stopped.wait(self._between_s):
            running_now, silent = self._look(names, PATIENCE_S)
            running = running_now | running
        return unknown | silent | running

    def at_work(self, doors: Collection[str], macro_servers: Collection[str]) -> list[str]:
        """Return the Doors, in lower case, that say so themselves, at one look.

        One that is silent is what it said last, for some seconds: a busy one may be late with an answer.
        """
        names = self._named(doors, macro_servers)
        answers = self._states(names)
        late = (door for door in answers.reasons if self._worked_lately(door))
        return sorted({*_at_work(answers), *late})

    def close(self) -> None:
        """Look at nothing any more."""
        self._stopped.set()
        self._reader.close()

    def _named(self, doors: Collection[str], macro_servers: Collection[str]) -> set[str]:
        known = (door for server in macro_servers for door in self._known.get(server.lower(), ()))
        return {_short(door) for door in doors} or set(known)

    def _ask_for_doors(self, macro_servers: Collection[str]) -> dict[str, str]:
        """Learn which Doors there are; return a sentence for each MacroServer that never named any."""
        answers = self._ask(macro_servers, "doorlist")
        for server, doors in answers.values.items():
            self._known[server] = tuple(_short(str(door)) for door in doors or ())
        return {
            server: f"{server} does not name its Doors ({reason}): a macro may be running"
            for server, reason in answers.reasons.items()
            if not self._known.get(server) and not self._has_signed_off(server)
        }

    def _look(
        self, doors: Collection[str], limit_s: float = ANSWER_S
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return a sentence for each Door that is at work, and for each that does not answer."""
        answers = self._states(doors, limit_s)
        running = {
            door: f"a macro runs on {door} (its state is {state})"
            for door, state in _at_work(answers).items()
        }
        silent = {
            door: f"{door} does not answer ({reason}): a macro may be running"
            for door, reason in answers.reasons.items()
            if not self._has_signed_off(door)
        }
        return running, silent

    def _ask(self, devices: Collection[str], attribute: str, limit_s: float = ANSWER_S) -> Answers:
        names = {name.lower() for name in devices}
        patience_s = limit_s if names <= self._heard else PATIENCE_S
        answers = ask_devices(self._reader, names, attribute, patience_s)
        self._heard |= answers.values.keys()
        return answers

    def _states(self, doors: Collection[str], limit_s: float = ANSWER_S) -> Answers:
        answers, now = self._ask(doors, "state", limit_s), time.monotonic()
        at_work = _at_work(answers)
        for door in answers.values:
            self._worked_at[door] = now if door in at_work else float("-inf")
        return answers

    def _worked_lately(self, door: str) -> bool:
        worked_at = self._worked_at.get(door, float("-inf"))
        return time.monotonic() - worked_at < STILL_S and not self._has_signed_off(door)


def _at_work(answers: Answers) -> dict[str, str]:
    return {door: state for door, state in answers.values.items() if state not in AT_REST}


def _short(name: str) -> str:
    """Return a device's own three words of a name that may begin with its Tango host."""
    return "/".join(name.lower().split("/")[-3:])
