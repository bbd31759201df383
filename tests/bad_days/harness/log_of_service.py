"""What a service says in its log, from a moment on."""

from scizoo.services.service import Service
from tests.waiting import wait_for


class LogOf:
    """The log of a service from the moment this is made.

    Parameters
    ----------
    service
        Started at least once.
    """

    def __init__(self, service: Service) -> None:
        self._file = service.log_file
        self._from = self._file.stat().st_size

    @property
    def text(self) -> str:
        """What it has said since."""
        with self._file.open("rb") as log:
            log.seek(self._from)
            return log.read().decode(errors="replace")

    def wait_for(self, words: str, limit_s: float) -> None:
        """Wait until it has said these words."""
        wait_for(lambda: words in self.text, limit_s, f"{words!r} in {self._file}")
