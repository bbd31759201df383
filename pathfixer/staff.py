"""Who is staff: the members of the beamline's group, else a configured list."""

import threading
from collections.abc import Callable, Collection

from pathfixer.follower import Run
from sdm.membership import is_member
from sdm.principal import Principal

Membership = Callable[[str, str], bool | None]
"""Tells whether an account is in a group, slowly; none when nobody can tell."""


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
        self._known: dict[str, bool] = {}
        self._asking: set[str] = set()
        self._lock = threading.Lock()

    def has(self, account: str) -> bool:
        """Tell whether an account is staff; takes as long as the directory does, at most 10 s."""
        told = self._membership(account, self._group) if isinstance(self._group, str) else None
        self._known[account] = account in self._listed if told is None else told
        return self._known[account]

    def known(self, account: str) -> bool:
        """Tell what was known last, at once; who is new is asked for in the background."""
        if isinstance(self._group, int):
            return account in self._listed
        with self._lock:
            is_new = bool(account) and account not in self._known and account not in self._asking
            if is_new:
                self._asking.add(account)
        if is_new:
            self._run(lambda: self._learn(account))
        return self._known.get(account, False)

    def _learn(self, account: str) -> None:
        try:
            self.has(account)
        finally:
            with self._lock:
                self._asking.discard(account)
        self._on_change()
