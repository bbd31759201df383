"""What a keeper works with; ``assembly.assemble`` puts the real parts in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pathfixer.follower import Run
from pathfixer.followers import Followers
from pathfixer.office_memory import OfficeMemory
from pathfixer.opening import Opener
from pathfixer.store import Store
from pathfixer.visit_closing import VisitClosing
from pathfixer.visit_tending import VisitTending
from pathfixer.watch import TreeWatch
from sdm.file_worker import FileWorker


@dataclass(frozen=True)
class Parts:
    """The parts of a keeper.

    ``servers_of`` tells the MacroServers of an endstation; ``inspector`` asks the file system for what
    takes long, so that nothing else waits for it.
    """

    beamline: str
    unowned_path: str
    free_limit_gib: float
    servers_of: Callable[[str | None], tuple[str, ...]]
    store: Store
    opener: Opener
    files: FileWorker
    followers: Followers
    office: OfficeMemory
    watch: TreeWatch
    closing: VisitClosing
    tending: VisitTending
    inspector: FileWorker
    run: Run
    clock: Callable[[], datetime]
    writers: tuple[str, ...] = ()
    standing_complaints: tuple[str, ...] = ()
