"""Set points: what somebody has typed but not applied yet."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pathfixer.errors import RefusedError
from pathfixer.open_request import OpenRequest

ORDER = ("Username", "Proposal", "Visit", "Endstation")
"""The order of the panel: who, for which proposal, in which visit, where."""

LIFE = timedelta(minutes=10)
"""Set points that nobody applies are forgotten."""


@dataclass
class SetPoints:
    """The staged values, each with who claims to have written it (host and process id)."""

    _values: dict[str, str] = field(default_factory=dict)
    _clients: dict[str, str] = field(default_factory=dict)
    _written_at: datetime | None = None

    def stage(self, name: str, value: str, client: str, now: datetime) -> None:
        """Stage one value; writing ``Username`` clears the later ones, which were somebody else's."""
        self.expire(now)
        if name == ORDER[0]:
            self.clear()
        self._values[name] = value.strip()
        self._clients[name] = client
        self._written_at = now

    def expire(self, now: datetime) -> bool:
        """Forget what is older than ten minutes; tell whether there was anything."""
        old = self._written_at is not None and now - self._written_at > LIFE
        if old:
            self.clear()
        return old

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()
        self._clients.clear()
        self._written_at = None

    def forget(self, request: OpenRequest) -> None:
        """Forget what a request was made of; what was written since then stays."""
        for name in ORDER:
            if self.staged(name) == (getattr(request, name.lower()) or ""):
                self._values.pop(name, None)
                self._clients.pop(name, None)

    def staged(self, name: str) -> str:
        """Return a staged value; empty when there is none."""
        return self._values.get(name, "")

    def lines(self) -> list[str]:
        """Return one line per value: name, value, who claims to have written it, and when (UTC)."""
        at = self._written_at.isoformat(timespec="seconds") if self._written_at else ""
        return [
            f"{name}={self._values[name]}, written from {self._clients[name]}, the last one at {at}"
            for name in ORDER
            if name in self._values
        ]

    def request(self, now: datetime) -> OpenRequest:
        """Return what the staged values ask for.

        Raises
        ------
        RefusedError
            User or proposal is missing, or two clients have written.
        """
        self.expire(now)
        clients = sorted(set(self._clients.values()))
        if len(clients) > 1:
            raise RefusedError(
                f"set points come from {' and '.join(clients)}: one of them writes Username again"
            )
        missing = [name for name in ORDER[:2] if not self.staged(name)]
        if missing:
            raise RefusedError(f"{' and '.join(missing)} must be written before Apply")
        return OpenRequest(
            username=self.staged("Username"),
            proposal=self.staged("Proposal"),
            visit=self.staged("Visit") or None,
            endstation=self.staged("Endstation") or None,
        )
