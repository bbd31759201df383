"""Who is staff: the members of the beamline's group, else a configured list."""

import threading
import time
from collections.abc import Callable, Collection

from pathfixer.following.follower import Run
from sdm.membership import is_member
from sdm.principal import Principal

Membership = Callable[[str, str], bool | None]
"""Tells whether an account is in a group, slowly; none when nobody can tell."""


FRESH_S = 60.0
"""An answer of the directory is asked for again after this, when somebody wants it."""


class Staff:
    """Tells who is staff, slowly and sure or at once from memory.

    Parameters
    ----------
    group
        Of the beamline. The list counts instead when it is a number, which is nobody's group of
        people but a folder's, and when this machine cannot tell who is in it.
    listed
        Accounts.
    run
        Runs a function on a daemon thread.
    on_change
        Called, on that thread, when more is known.
    membership
        Whom to ask.
    """

    def __init__(
        self,
        group: Principal,
        listed: Collection[str],
        run: Run,
        on_change: Callable[[], None],
        membership: Membership = is_member,
    ) -> None:
        self._group = group
        self._listed = frozenset(listed)
        self._run = run
        self._on_change = on_change
        self._membership = membership
        self._known: dict[str, tuple[bool, float]] = {}
        self._asking: set[str] = set()
        self._lock = threading.Lock()

    def has(self, account: str) -> bool:
        """Tell whether an account is staff; takes as long as the directory does, at most 10 s."""
        told = self._membership(account, self._group) if isinstance(self._group, str) else None
        is_staff = account in self._listed if told is None else told
        self._known[account] = is_staff, time.monotonic()
        return is_staff

    def known(self, account: str) -> bool:
        """Tell what was known last, at once; what is new or old is asked for in the background."""
        if isinstance(self._group, int) or not account:
            return account in self._listed
        is_staff, asked_s = self._known.get(account, (False, float("-inf")))
        with self._lock:
            asks = time.monotonic() - asked_s > FRESH_S and account not in self._asking
            if asks:
                self._asking.add(account)
        if asks:
            self._run(lambda: self._learn(account))
        return is_staff

    def _learn(self, account: str) -> None:
        before = self._known.get(account, (False,))[0]
        try:
            after = self.has(account)
        finally:
            with self._lock:
                self._asking.discard(account)
        if after != before:
            self._on_change()
