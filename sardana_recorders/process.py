"""What all recorders of one MacroServer process share, made once.

It lives in this module and not in the plug-in file, because Sardana runs that file's body twice.
"""

import threading

from sardana_recorders.open_scans import OpenScans
from sardana_recorders.units import Units
from scifish.errors import ScifishError, SettingsError
from scifish.producer import Producer
from scifish.settling.completion import Completion

READY_LIMIT_S = 1.0
"""A scan waits this long at most for a producer that is being made; it takes some 20 ms."""

_lock = threading.Lock()
_attempt: "_Attempt | None" = None


class RecorderProcess:
    """The producer of this process and its helpers."""

    def __init__(self, producer: Producer) -> None:
        self.producer = producer
        self.units = Units()
        self.open_scans = OpenScans()
        self.completion = Completion(producer.settings.file_wait_s)
        self._told: dict[str | None, str | None] = {}

    def is_news(self, door: str | None, text: str | None) -> bool:
        """Tell whether a Door has not been told this last; remembers it."""
        news = text is not None and self._told.get(door) != text
        self._told[door] = text
        return news


class _Attempt(threading.Thread):
    """Makes it on a thread of its own, where no user's abort can hit it half-way."""

    def __init__(self) -> None:
        super().__init__(name="scifish-begin", daemon=True)
        self.made: RecorderProcess | None = None
        self.error: ScifishError | None = None
        self.start()

    def run(self) -> None:
        """Make the producer, or keep the reason why it cannot be made."""
        try:
            self.made = RecorderProcess(Producer.start("sardana"))
        except ScifishError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - the edge of this thread: the scans must tell it
            self.error = SettingsError(f"the recorder cannot be made: {type(error).__name__}: {error}")


def shared() -> RecorderProcess:
    """Return what this process shares; made at the first call that succeeds.

    Raises
    ------
    SettingsError, SpoolError
        Nothing can be captured here; the text says what to do.
    """
    attempt = warm()
    attempt.join(READY_LIMIT_S)
    if attempt.made is not None:
        return attempt.made
    raise attempt.error or SettingsError("the recorder cannot be made: the state folder does not answer")


def end() -> None:
    """Close what this process shares; the next scan makes it anew, with the settings of then."""
    global _attempt
    with _lock:
        attempt, _attempt = _attempt, None
    if attempt is not None:
        attempt.join(READY_LIMIT_S)
        if attempt.made is not None:
            attempt.made.producer.close()


def warm() -> _Attempt:
    """Begin to make it in the background, unless that is done or under way."""
    global _attempt
    with _lock:
        if _attempt is None or (_attempt.made is None and not _attempt.is_alive()):
            _attempt = _Attempt()
        return _attempt
