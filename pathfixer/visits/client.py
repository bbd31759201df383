"""Giving a PathFixer orders about visits: for the command line and for other programs of staff."""

import json
from typing import Any

from pathfixer.client import PathFixerClient
from pathfixer.visits.order import TreeOrder, VisitOrder


class VisitClient(PathFixerClient):
    """The visits of one PathFixer device. Every method raises CommandError with the device's own words."""

    def close_visit(self, order: VisitOrder) -> list[str]:
        """Close a visit that nobody has and lock it; returns what there is to tell."""
        return self._give("CloseVisit", order)

    def lock_visit(self, order: VisitOrder) -> list[str]:
        """Lock a closed visit again; returns what there is to tell."""
        return self._give("LockVisit", order)

    def reopen_visit(self, order: VisitOrder) -> list[str]:
        """Open a closed visit again for a while; returns what there is to tell."""
        return self._give("ReopenVisit", order)

    def trust_visit(self, order: VisitOrder) -> list[str]:
        """Take a visit's folders as they are; returns what there is to tell."""
        return self._give("TrustVisit", order)

    def trust_moved(self, order: TreeOrder) -> list[str]:
        """Take all visits of a storage that was moved as they are; returns what there is to tell."""
        return self._give("TrustMovedVisits", order)

    def visit_states(self) -> list[str]:
        """Return one line per visit, newest first: state, folder, details."""
        return list(self._read("VisitStates") or [])

    def visit_records(self) -> list[dict[str, Any]]:
        """Return the records of all visits (scizoo.visit/1), oldest first."""
        return list(self._run_job("VisitRecords"))

    def _give(self, command: str, order: VisitOrder | TreeOrder) -> list[str]:
        return [str(line) for line in self._run_job(command, json.dumps(order.model_dump()))]
