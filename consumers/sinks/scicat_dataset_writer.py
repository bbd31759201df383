"""One dataset in SciCat: made once, then changed only where we have something new to say."""

import logging
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from consumers.mapping.three_way import three_way
from consumers.sinks.scicat_client import (
    ChangedError,
    ConflictError,
    RefusedError,
    ScicatClient,
    UnknownOutcomeError,
)
from consumers.sinks.scicat_written import Written, WrittenDatasets
from scifish.faultpoints import reached

Json = dict[str, Any]
TRIES = 3
"""How often a change is computed anew when people edit meanwhile."""

log = logging.getLogger("scicow")


class ScicatDatasetWriter:
    """Writes datasets so that writing the same again changes nothing."""

    def __init__(self, client: ScicatClient, written: WrittenDatasets) -> None:
        self._client = client
        self._written = written

    def write(self, wanted: Json) -> str | None:
        """Bring a dataset to what is wanted; return what a person changed and therefore stays.

        Raises
        ------
        RefusedError
            SciCat refuses this dataset.
        UnknownOutcomeError
            It is not known whether it was saved.
        RetryableError
            SciCat is away.
        """
        known = self._written.find(wanted["pid"])
        if known.dataset == wanted and known.intended is None:
            return None
        self._written.intend(wanted["pid"], wanted)
        kept = None if known.dataset is None and self._create(wanted) else self._change(wanted, known)
        reached("scicow.dataset-sent")
        self._written.acknowledge(wanted["pid"], wanted)
        return kept

    def _create(self, wanted: Json) -> bool:
        """Return whether this made it; when it may be there already, the difference has to be looked at."""
        try:
            self._client.create_dataset(wanted)
        except ConflictError:
            return False
        except UnknownOutcomeError:
            if self._client.find_dataset(wanted["pid"]) is None:
                raise
            return False
        return True

    def _change(self, wanted: Json, known: Written) -> str | None:
        for _ in range(TRIES):
            server = self._client.find_dataset(wanted["pid"])
            if server is None:
                log.warning("%s is no longer in SciCat: it is made again", wanted["pid"])
                if self._create(wanted):
                    return None
                continue
            changes = three_way(wanted, known.ours() or ours_if_untouched(server), server)
            try:
                if changes.fields:
                    self._client.change_dataset(wanted["pid"], changes.fields, just_after(server))
                return kept_text(changes.kept)
            except ChangedError:
                continue
        raise RefusedError(f"{wanted['pid']} changes again and again, or is there and cannot be read")


def ours_if_untouched(server: Json) -> list[Json]:
    """Return the server's state as ours when nobody but its maker has touched it.

    For a state database that was lost: without this, all we ever wrote would look like a person's.
    """
    return [server] if server.get("updatedBy") == server.get("createdBy") else []


def just_after(server: Json) -> str | None:
    """Return ``updatedAt`` as an HTTP date that is not before it: such dates have whole seconds."""
    if "updatedAt" not in server:
        return None
    updated = datetime.fromisoformat(server["updatedAt"].replace("Z", "+00:00"))
    return format_datetime(updated.replace(microsecond=0) + timedelta(seconds=1), usegmt=True)


def kept_text(kept: list[str]) -> str | None:
    """Return a sentence about what people changed, none when nothing."""
    return f"kept what was changed in SciCat: {', '.join(sorted(kept))}" if kept else None
