"""SciFly at work: follows the session's folder, and makes one capture of each file that settles."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from scifish.context import KnownSession
from scifish.host.scans_elsewhere import ScansElsewhere
from scifish.producer import Producer
from scifish.settings import Station
from scifly.claims import ScanListener
from scifly.errors import FolderError
from scifly.folder_work import FolderWork
from scifly.followed import Followed, folder_to_follow, is_old, kept, overlap
from scifly.journal import Journal
from scifly.profiles.profile import Profile
from scifly.standing import Report
from scifly.steps import Steps
from scifly.tally import Tally
from scifly.tracker import Changes
from scifly.watched_folder import WatchedFolder

log = logging.getLogger(__name__)

KEEP_FOLDER_S = 30.0
"""A session that goes on is noted in the journal this often."""
SHORTEN_AFTER_S = 8 * 86_400
"""Values of beginnings are kept as long as any profile may tell a capture anew, and a day."""


@dataclass(frozen=True)
class Options:
    """Spans in seconds.

    Attributes
    ----------
    scan_period_s
        A full look at the folder, since a network file system tells no events.
    linger_s
        A folder that was left is followed for so long, and to the end of its last file.
    scan_wait_s
        A complete file waits so long at most for an open scan that might name it.
    """

    scan_period_s: float = 5.0
    linger_s: float = 60.0
    scan_wait_s: float = 3600.0


class FileService:
    """Used by one thread, except ``switch``.

    Parameters
    ----------
    producer
        Settings, sessions, values and spool of this process.
    journal
        Its own memory.
    profiles
        At least one.
    station
        Returns which PathFixer and SciDog count now.
    elsewhere
        The scans of the beamline's other capture hosts; closed with the service.
    clock
        Monotonic, s.
    """

    def __init__(
        self,
        producer: Producer,
        journal: Journal,
        profiles: Sequence[Profile],
        station: Callable[[], Station],
        options: Options = Options(),
        elsewhere: ScansElsewhere | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.wake = threading.Event()
        self._producer, self._journal, self._profiles = producer, journal, profiles
        self._station, self._options, self._clock = station, options, clock
        self._tally = Tally()
        self._scans = ScanListener(producer.folder, producer.author, elsewhere)
        self._work = FolderWork(
            steps=Steps(producer, journal, station, profiles),
            journal=journal,
            scans=self._scans,
            tally=self._tally,
            max_age_s=producer.settings.context_max_age_s,
            scan_wait_s=options.scan_wait_s,
            enabled=journal.setting("enabled", "yes") == "yes",
        )
        self._folders: dict[str, WatchedFolder] = {}
        self._kept_s: dict[str, float] = {}
        self._wanted: bool | None = None
        self._take_up_left_folders()

    def switch(self, enabled: bool) -> None:
        """Let new files be captured or not; takes effect with the next look, from any thread."""
        self._wanted = enabled
        self.wake.set()

    def look(self) -> Report:
        """Look where it is due, take each file as far as it can come, and tell.

        Raises
        ------
        JournalError
            What the journal does not have has not happened: ``start_over``, and look again.
        """
        self._switch()
        report = Report(enabled=self._work.enabled)
        self._follow(report)
        for folder in list(self._folders.values()):
            self._look_into(folder, report)
        self._drop_left_folders()
        report.notes += self._scans.silent()
        return self._counted(report)

    def start_over(self) -> None:
        """Forget what is known in memory, and take it from the journal again."""
        for path in list(self._folders):
            self._folders.pop(path).close()
        self._kept_s.clear()
        self._take_up_left_folders()

    def close(self) -> None:
        """Stop watching, close the journal and what was open of spools; the producer stays."""
        for folder in self._folders.values():
            folder.close()
        self._scans.close()
        self._journal.close()

    def _switch(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            with self._journal.step():
                self._journal.set("enabled", "yes" if wanted else "no")
            self._work.enabled = wanted

    def _take_up_left_folders(self) -> None:
        now_ns = time.time_ns()
        span_ns = int(self._producer.settings.context_max_age_s * 1e9)
        with self._journal.step():
            self._journal.shorten_beginnings(now_ns - int(SHORTEN_AFTER_S * 1e9))
        for path, session, known_ns in self._journal.folders(now_ns - span_ns):
            self._add(path, kept(session, known_ns))

    def _follow(self, report: Report) -> None:
        """Go where PathFixer's session is; what was followed before is left, not forgotten."""
        now = datetime.now(timezone.utc)
        self._producer.reload()
        self._work.max_age_s = self._producer.settings.context_max_age_s
        known = self._producer.session(self._station(), now)
        path = _path_of(known, report)
        for folder in self._folders.values():
            folder.followed.current = folder.path == path
        report.watched_path = path
        if path:
            self._stay(path, known, now)

    def _stay(self, path: str, known: KnownSession, now: datetime) -> None:
        for other in [name for name in self._folders if overlap(name, path)]:
            self._folders.pop(other).close()
        folder = self._folders.get(path) or self._add(path, Followed(known, now))
        same = folder.followed.known.session == known.session
        folder.followed = Followed(known, now)
        if not same or self._clock() >= self._kept_s.get(path, float("-inf")):
            self._keep(path, known, now)

    def _keep(self, path: str, known: KnownSession, now: datetime) -> None:
        if known.session is None:
            return
        heard_ns = int((known.fresh_at or now).timestamp() * 1e9)
        with self._journal.step():
            self._journal.keep_folder(path, known.session.model_dump_json(), heard_ns)
        self._kept_s[path] = self._clock() + KEEP_FOLDER_S

    def _add(self, path: str, followed: Followed) -> WatchedFolder:
        rows = self._journal.files(path)
        period_s = self._options.scan_period_s
        folder = WatchedFolder(path, followed, self._profiles, rows, period_s, self.wake, self._clock)
        self._folders[path] = folder
        return folder

    def _look_into(self, folder: WatchedFolder, report: Report) -> None:
        try:
            changes = folder.look()
        except FolderError as error:
            folder.be_unreachable(str(error))
            changes = Changes()  # a file whose pid is decided is captured all the same
        hindered = self._work.do(folder, changes, self._clock())
        report.problems += [hindered] if hindered else []
        report.problems += folder.problems
        report.notes += folder.notes

    def _drop_left_folders(self) -> None:
        now = datetime.now(timezone.utc)
        for path, folder in list(self._folders.items()):
            left = not folder.followed.current
            if (
                left
                and not folder.unfinished
                and is_old(folder.followed.heard_at, now, self._options.linger_s)
            ):
                self._folders.pop(path).close()

    def _counted(self, report: Report) -> Report:
        report.left_folders = sum(not folder.followed.current for folder in self._folders.values())
        report.seen, report.captured = self._tally.seen, self._tally.captured
        report.settling = sum(folder.unfinished for folder in self._folders.values())
        report.failed = len(self._tally.failed)
        report.last_files = self._tally.last_files()
        return report


def _path_of(known: KnownSession, report: Report) -> str:
    """Return the folder to follow, and say in the report whose it is, or why there is none."""
    report.note = known.note or ""
    if known.session is None:
        return ""
    try:
        path = folder_to_follow(known.session)
    except ValueError as error:
        report.problems.append(str(error))
        return ""
    if known.session.state != "open":
        report.note = "no session is open" + (", files are booked on nobody" if path else "")
    elif not known.note:
        report.note = f"proposal {known.session.proposal}"
    return path
