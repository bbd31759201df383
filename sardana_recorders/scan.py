"""One scan from the moment Sardana builds its recorder to the moment it tells its end.

The live side: reads Sardana's objects on the macro's thread, waits, and speaks to people; what is
told of the scan is in ``told_scan.py``.
"""

import sys
import weakref
from collections.abc import Sequence
from typing import Any

from sardana import Release

from sardana_recorders import speak
from sardana_recorders.files import master_files, referenced_files
from sardana_recorders.guard import guarded
from sardana_recorders.plain_environ import PlainScan, chain_of, plain_value, read_macro, read_scan
from sardana_recorders.process import shared
from sardana_recorders.status import (
    NOTHING_ASKED,
    Flags,
    error_text,
    flags_of,
    is_told_to_stop,
    status_at_end,
    status_left_behind,
    status_of_interrupt,
)
from sardana_recorders.told_scan import ToldScan
from scifish.faultpoints import reached
from scifish.message_parts import Failure
from scifish.scan_file import ScanFile


def begin_scan(macro: Any) -> "CapturedScan":
    """Begin to capture a scan: its start values are being read when this returns."""
    scan = CapturedScan(macro)
    scan.begin()
    return scan


class CapturedScan:
    """Takes Sardana's calls, on the macro's thread but for ``record``; keeps no live Sardana object.

    Parameters
    ----------
    macro
        The live macro; kept by weak reference.
    """

    def __init__(self, macro: Any) -> None:
        self.macro = weakref.ref(macro)
        self._asked_before = flags_of(macro)
        self._macro_statuses = [vars(one).get("_macro_status") or {} for one in chain_of(macro)]
        self._told: ToldScan | None = None

    @guarded("init")
    def begin(self) -> None:
        """Give the capture its pid and begin to read the start values."""
        self._begin()

    @guarded("start")
    def start(self, recordlist: Any) -> None:
        """Commit at once, wait a moment for the start values, commit again."""
        told = self._tell_start(recordlist)
        reached("recorder.started")
        told.capture.wait_start(told.settings.begin_wait_s, self._is_stopped)
        told.begin_again()
        self._close_those_left_behind(told)
        self._say_what_people_must_know(told)

    @guarded("record")
    def record(self, record: Any) -> None:
        """Count and thin one record."""
        if self._told is not None:
            self._told.records.add(record.data)

    @guarded("end")
    def end(self, recordlist: Any) -> None:
        """Read the end values, wait a moment for them, commit once."""
        told, raised = self._told, sys.exc_info()[1]
        if told is None:
            return
        told.capture.begin_end()
        # A scan that was stopped half-way is worth its end values; one without a point is not.
        asked = self._flags() if told.records.recorded else NOTHING_ASKED
        limit_s = 0 if self._flags().aborted else told.settings.end_wait_s
        if not told.is_begun:
            told.plain = read_scan(self.macro(), recordlist.getEnviron())
        reached("recorder.ending")
        told.capture.wait_end(limit_s, lambda: self._is_stopped(asked))
        self._tell_end(told, recordlist, raised)
        reached("recorder.ended")

    @guarded("custom")
    def custom(self, value: Any, name: Any) -> None:
        """Take one value of custom data, also before the start and after the end."""
        if self._told is not None:
            self._told.add_custom(str(name), plain_value(value))

    def interrupted(self, place: str) -> None:
        """Close the capture when the user's stop or abort hits our start or end; see ``guard``.

        Elsewhere Sardana goes on to tell the end itself.
        """
        if self._told is not None and place in ("start", "end"):
            status = status_of_interrupt(self._flags())
            files = self._files_so_far(place)
            self._told.end(status, None, None, files, told_by_sardana=place == "end")
            self._forget()

    def rescue(self, place: str, error: Exception, *args: Any) -> None:
        """Save what can be saved after an error of our own; see ``guard``."""
        if self._told is not None:
            self._told.capture.note(Failure(reason=f"recorder, {place}: {error_text(error)}"))
        if place in ("start", "end"):
            speak.warn(self.macro(), speak.about_error(place, error))
        if place == "record" and self._told is not None:
            self._told.records.lost()
        elif place == "start" and not speak.is_expected(error):
            self._tell_start(args[0])
        elif place == "end" and not speak.is_expected(error):
            self._rescue_end(args[0])

    def close_left_behind(self) -> None:
        """Close a scan that never told its end; should it do so yet, that end counts."""
        if self._told is not None:
            status, reason = status_left_behind(self._macro_statuses)
            files = self._told.files if self._told.records.recorded else ()
            self._told.end(status, reason, None, files, told_by_sardana=False)

    def _begin(self) -> ToldScan:
        if self._told is None:
            macro = self.macro()
            self._told = ToldScan(shared(), PlainScan(read_macro(macro)), **_where(macro))
        return self._told

    def _tell_start(self, recordlist: Any) -> ToldScan:
        told = self._begin()
        if not told.is_begun:
            plain = read_scan(self.macro(), recordlist.getEnviron())
            told.begin(plain, master_files(_recorders(recordlist), plain.scan_id))
        return told

    def _tell_end(self, told: ToldScan, recordlist: Any, raised: BaseException | None) -> None:
        environ = recordlist.getEnviron()
        status = status_at_end(self._flags(), environ.get("endstatus"))
        masters = master_files(_recorders(recordlist), told.plain.scan_id)
        files = [*masters, *referenced_files(told.records.references)]
        told.end(status, error_text(raised) if status == "failed" else None, environ.get("endts"), files)
        self._forget()

    def _rescue_end(self, recordlist: Any) -> None:
        if self._told is not None and self._told.status is None:
            self._tell_end(self._told, recordlist, None)

    def _files_so_far(self, place: str) -> Sequence[ScanFile]:
        """Return the files that exist: at the start no other recorder has begun to write."""
        return () if self._told is None or place == "start" else self._told.files

    def _forget(self) -> None:
        if self._told is not None:
            self._told.process.open_scans.end(self._told.door, self)

    def _close_those_left_behind(self, told: ToldScan) -> None:
        for scan in told.process.open_scans.begin(told.door, self, chain_of(self.macro())):
            scan.close_left_behind()

    def _say_what_people_must_know(self, told: ToldScan) -> None:
        if trouble := told.process.producer.spool.trouble:
            speak.warn(self.macro(), trouble)
        text = speak.about_booking(told.capture.context)
        if told.process.is_news(told.door, text) and text:
            speak.warn(self.macro(), text)

    def _flags(self) -> Flags:
        return flags_of(self.macro()).since(self._asked_before)

    def _is_stopped(self, before: Flags = NOTHING_ASKED) -> bool:
        """Tell whether the user has asked for a stop since ``before``, and the macro knows.

        An abort ends a wait by itself: Sardana throws it into the wait some time after its flag. Who
        left at the flag would have it thrown into the next recorder, which then never closes its file.
        """
        return self._flags().since(before).stopped and is_told_to_stop(self.macro())


def _where(macro: Any) -> dict[str, str | None]:
    door = speak.door_of(macro)
    server = getattr(door, "macro_server", None)
    return {
        "version": Release.version,
        "door": getattr(door, "name", None),
        "macro_server": _device_name(getattr(server, "full_name", None)),
    }


def _device_name(full_name: str | None) -> str | None:
    """Return ``domain/family/member`` of ``tango://host:port/domain/family/member``."""
    return full_name and "/".join(full_name.split("/")[-3:])


def _recorders(recordlist: Any) -> Any:
    handler = recordlist.getDataHandler() if hasattr(recordlist, "getDataHandler") else None
    return getattr(handler, "recorders", ())
