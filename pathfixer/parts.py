"""What a keeper works with; ``assembly.assemble`` puts the real parts in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pathfixer.admission.judge import Judge
from pathfixer.admission.office_memory import OfficeMemory
from pathfixer.endstations import Endstation
from pathfixer.following.follower import Run
from pathfixer.following.followers import Followers
from pathfixer.opening import Opener
from pathfixer.siblings import Siblings
from pathfixer.store import Store
from pathfixer.switch_guard import SwitchGuard
from pathfixer.visits.closing import VisitClosing
from pathfixer.visits.sheets import VisitSheets
from pathfixer.visits.tending import VisitTending
from pathfixer.watch import TreeWatch
from sdm.folders.file_worker import FileWorker
from sdm.folders.growth_watch import GrowthWatch


@dataclass(frozen=True)
class Parts:
    """The parts of a keeper.

    ``endstation_of`` tells what a session at an endstation takes; ``inspector`` asks the file system for
    what takes long, so that nothing else waits for it.
    """

    beamline: str
    unowned_path: str
    free_limit_gib: float
    endstation_of: Callable[[str | None], Endstation]
    store: Store
    judge: Judge
    recheck_interval_s: float
    opener: Opener
    files: FileWorker
    macro_servers: Followers
    listeners: Followers
    office: OfficeMemory
    watch: TreeWatch
    sheets: VisitSheets
    closing: VisitClosing
    tending: VisitTending
    inspector: FileWorker
    growth: GrowthWatch
    guard: SwitchGuard
    siblings: Siblings
    run: Run
    clock: Callable[[], datetime]
    writers: tuple[str, ...] = ()
    standing_complaints: tuple[str, ...] = ()
