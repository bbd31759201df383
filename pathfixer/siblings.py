"""Other PathFixers of this control system: no MacroServer may be named by two of them."""

import logging
import threading
from collections.abc import Callable, Collection, Iterable

from pathfixer.following.follower import Run
from pathfixer.many_devices import ask_devices
from scifish.attributes.reader import SnapshotReader

LOOK_S = 10.0
"""They are asked this often."""
ANSWER_S = 3.0

log = logging.getLogger(__name__)


class Siblings:
    """Asks the other PathFixers which MacroServers they name, in the background.

    Parameters
    ----------
    reader
        Reads attributes of many devices with one deadline.
    own_name
        Tango name of this PathFixer.
    macro_servers
        Those that it names.
    others
        Returns the names of all PathFixers that may be there, its own too; may take long.
    on_change
        Called when ``complaints`` have changed.
    """

    def __init__(
        self,
        reader: SnapshotReader,
        own_name: str,
        macro_servers: Collection[str],
        others: Callable[[], Iterable[str]],
        on_change: Callable[[], None],
    ) -> None:
        self._reader = reader
        self._own_name = own_name.lower()
        self._macro_servers = {name.lower() for name in macro_servers}
        self._others = others
        self._on_change = on_change
        self._named: dict[str, set[str]] = {}
        self._complaints: tuple[str, ...] = ()
        self._stopped = threading.Event()

    @property
    def complaints(self) -> tuple[str, ...]:
        """A sentence for each MacroServer that another PathFixer names too."""
        return self._complaints

    def start(self, run: Run) -> None:
        """Begin to ask, when there is anything to share."""
        if self._macro_servers:
            run(self._ask_for_ever)

    def stop(self) -> None:
        """Ask no more."""
        self._stopped.set()

    def _ask_for_ever(self) -> None:
        while not self._stopped.is_set():
            try:
                self.ask()
            except Exception:  # edge of the thread: it must ask again
                log.exception("cannot ask the other PathFixers")
            self._stopped.wait(LOOK_S)

    def ask(self) -> None:
        """Ask them once; of one that does not answer what it named last still counts."""
        names = {name.lower() for name in self._others()} - {self._own_name}
        answers = ask_devices(self._reader, names, "macroservers", ANSWER_S)
        told = {device: {str(one).lower() for one in found or ()} for device, found in answers.values.items()}
        self._named = {device: servers for device, servers in self._named.items() if device in names} | told
        found = tuple(
            f"{server} is named by {device} too: its ScanDir can follow one session only"
            for device, servers in sorted(self._named.items())
            for server in sorted(self._macro_servers & servers)
        )
        if found != self._complaints:
            self._complaints = found
            self._on_change()
