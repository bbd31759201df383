"""The commands of a PathFixer about visits: each starts a job and returns its id."""

import json
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from tango.server import command

from pathfixer.keeper import Keeper
from pathfixer.visits.desk import VisitDesk
from pathfixer.visits.order import Order, TreeOrder, VisitOrder, parse_order
from sdm.folders.progress import Tell, to_job
from tango_devices.jobs import Job
from tango_devices.path_fixer_attributes import SessionAttributes

ORDER = "visit (its folder, or <proposal>/<visit>), by (user@host, a claim), reason? as JSON"


class VisitCommands(SessionAttributes):
    """Orders about visits; who may give them is checked by the name that is claimed."""

    @command(dtype_in=str, doc_in=ORDER, dtype_out=str)
    def CloseVisit(self, text: str) -> str:  # noqa: N802 - a Tango command
        """Start to close a visit that nobody has, and to lock it."""
        return self._order(text, VisitOrder, VisitDesk.close)

    @command(dtype_in=str, doc_in=ORDER, dtype_out=str)
    def LockVisit(self, text: str) -> str:  # noqa: N802
        """Start to lock a closed visit again, and to look what root has done of the rest."""
        return self._order(text, VisitOrder, VisitDesk.lock)

    @command(dtype_in=str, doc_in=ORDER, dtype_out=str)
    def ReopenVisit(self, text: str) -> str:  # noqa: N802
        """Start to open a closed visit again, for a while and a reason."""
        return self._order(text, VisitOrder, VisitDesk.reopen)

    @command(dtype_in=str, doc_in=ORDER, dtype_out=str)
    def TrustVisit(self, text: str) -> str:  # noqa: N802
        """Start to take a visit's folders as they are now, for a reason."""
        return self._order(text, VisitOrder, VisitDesk.trust)

    @command(dtype_in=str, doc_in="by (user@host, a claim), reason?, apply? as JSON", dtype_out=str)
    def TrustMovedVisits(self, text: str) -> str:  # noqa: N802
        """Start to tell which visits were moved with their storage; with apply they are taken as they are."""
        return self._order(text, TreeOrder, VisitDesk.trust_moved)

    @command(dtype_out=str)
    def VisitRecords(self) -> str:  # noqa: N802
        """Start to read the records of all visits (scizoo.visit/1), for the archive."""
        return self.keeper_job("records", lambda keeper, job: _records(keeper))

    @abstractmethod
    def keeper_job(self, kind: str, work: Callable[[Keeper, Job], Any]) -> str:
        """Start a job with the keeper and return its id."""

    @abstractmethod
    def client_text(self) -> str:
        """Return who asks, as far as Tango knows."""

    def _order(self, text: str, kind: type[Order], act: Callable[[VisitDesk, Order, Tell], list[str]]) -> str:
        client = self.client_text()

        def work(keeper: Keeper, job: Job) -> list[str]:
            order = parse_order(text, kind)
            order = order.model_copy(update={"by": f"{order.by} ({client})"})
            return act(keeper.visits, order, to_job(job.progress))

        return self.keeper_job("visit", work)


def _records(keeper: Keeper) -> list[Any]:
    return [json.loads(record.model_dump_json(by_alias=True)) for record in keeper.visits.records()]
