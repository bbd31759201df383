"""What is told of one scan: the fields of each phase, and the phases in their order.

Knows no live Sardana object; ``scan.py`` brings plain data and says when.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any

from sardana_recorders.environ import (
    fields_of,
    snapshot_values,
    source_folder,
    sources_without_unit,
    units_by_column,
    utc,
    value_form,
)
from sardana_recorders.plain_environ import PlainScan
from sardana_recorders.process import RecorderProcess
from sardana_recorders.records import Records
from scifish.message_parts import DataFile, Value
from scifish.messages import Status
from scifish.scan_file import ScanFile


class ToldScan:
    """A capture of one scan; made when Sardana builds the recorder, its start values are being read.

    Parameters
    ----------
    process
        What the recorders of this process share.
    door, macro_server, version
        Where the scan runs, and Sardana's version.
    plain
        As much as is known before the start.

    Attributes
    ----------
    files
        Those known so far.
    is_begun
        The start is committed: from now on the scan is never lost.
    status
        How it ended; None while it is open.
    """

    def __init__(self, process: RecorderProcess, plain: PlainScan, **where: str | None) -> None:
        self.process, self.door = process, where.get("door")
        self.capture = process.producer.begin(process.producer.source("sardana", **where))
        self.settings = process.producer.settings  # begin() takes up what SciFish has changed
        self.plain, self.records = plain, Records(plain)
        self.files: Sequence[ScanFile] = ()
        self.is_begun = False
        self.status: Status | None = None

    def begin(self, plain: PlainScan, files: Sequence[ScanFile]) -> None:
        """Commit the start; whose data it is is decided here, once."""
        self.plain, self.records, self.files = plain, Records(plain), files
        self._freeze_context()
        self._put_snapshot()
        self.capture.started(**self._fields(), files=self._told(files))
        self.is_begun = True
        self.process.units.ask(sources_without_unit(plain))

    def begin_again(self) -> None:
        """Commit the start once more, with the values that have come in meanwhile."""
        self._put_snapshot()
        self.capture.started_again(**self._fields())

    def end(
        self,
        status: Status,
        error: str | None,
        end_ts: float | None,
        files: Sequence[ScanFile],
        *,
        told_by_sardana: bool = True,
    ) -> None:
        """Commit the end, and follow the files until they are complete; a later end replaces it.

        Parameters
        ----------
        status
            How the scan ended.
        error
            Why it failed.
        end_ts
            Sardana's end, seconds since the epoch; None: now.
        files
            All files of the scan.
        told_by_sardana
            Else the recorders of the files hear of no end either, and write none.
        """
        self.files = files
        self._freeze_context()
        self._put_snapshot()
        self.capture.ended(
            status,
            **self._fields(),
            error=error,
            end_time=utc(end_ts or time.time()),
            points_recorded=self.records.recorded,
            points_empty=self.records.empty,
            preview=self.records.preview(units_by_column(self.plain, self.process.units.known())),
            files=self._told(files),
        )
        self.status = status
        self.process.completion.follow(
            self.capture,
            source_folder(self.plain),
            files,
            writer_gone=not told_by_sardana,
            limit_s=self.settings.file_wait_s,
        )

    def add_custom(self, name: str, value: Any) -> None:
        """Take a plain value of custom data; after the end, tell the end once more."""
        form = value_form(value, self.settings.array_limit)
        leaf = Value(value=form, unit=None, read_time=datetime.now(timezone.utc))
        self.capture.put_group("custom", {name: leaf}, at_start=False)
        if self.status is not None:
            self.capture.ended(self.status, files=self._told(self.files))

    def _freeze_context(self) -> None:
        if self.capture.context is None:
            self.capture.freeze_context(source_folder(self.plain))

    def _fields(self) -> dict[str, Any]:
        return fields_of(self.plain, self.process.units.known())

    def _put_snapshot(self) -> None:
        if self.plain.snapshot:
            units, limit = self.process.units.known(), self.settings.array_limit
            self.capture.put_group("snapshot", snapshot_values(self.plain, units, limit), at_start=True)

    def _told(self, files: Sequence[ScanFile]) -> list[DataFile]:
        return [file.told(source_folder(self.plain)) for file in files]
