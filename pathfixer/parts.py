"""What a keeper works with; ``assembly.assemble`` puts the real parts in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pathfixer.endstations import Endstation
from pathfixer.follower import Run
from pathfixer.followers import Followers
from pathfixer.office_memory import OfficeMemory
from pathfixer.opening import Opener
from pathfixer.siblings import Siblings
from pathfixer.store import Store
from pathfixer.switch_guard import SwitchGuard
from pathfixer.watch import TreeWatch
from sdm.file_worker import FileWorker
from sdm.growth_watch import GrowthWatch


@dataclass(frozen=True)
class Parts:
    """The parts of a keeper; ``endstation_of`` tells what a session at an endstation takes."""

    beamline: str
    unowned_path: str
    free_limit_gib: float
    endstation_of: Callable[[str | None], Endstation]
    store: Store
    opener: Opener
    files: FileWorker
    macro_servers: Followers
    listeners: Followers
    office: OfficeMemory
    watch: TreeWatch
    growth: GrowthWatch
    guard: SwitchGuard
    siblings: Siblings
    run: Run
    clock: Callable[[], datetime]
    standing_complaints: tuple[str, ...] = ()
