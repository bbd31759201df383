"""The last good text of something that may go away, in memory and on disk, with its age.

Within one life of the process the age is counted by the monotonic clock, which nobody can set.
Across lives only the wall clock is left. A copy whose time lies in the future has no age (the
clock was set back). A clock set back by less than the copy's age makes it look younger by as much,
a clock set ahead makes it look older: only the first can book for too long, and never for longer
than the clock was set back.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from scifish.errors import ScifishError
from scifish.message_parts import UtcTime
from scifish.replace_file import replace_file

T = TypeVar("T")

LIVE_S = 3.0
"""An answer older than this is no longer live: the device was asked again meanwhile, and is silent."""
SAVE_S = 30.0
"""An unchanged text is written again this often, so a copy is at most this much younger than it says."""
CLOCK_SLACK_S = 5.0
"""A copy from this little in the future is new, not from before a clock was set back."""


@dataclass(frozen=True)
class Copy(Generic[T]):
    """What is known now.

    Attributes
    ----------
    value
        None when nothing was ever known.
    age_s
        Seconds since its owner last confirmed it; None when that cannot be told.
    live
        Its owner has just confirmed it.
    trouble
        Why it is not live, in words.
    """

    value: T | None
    age_s: float | None
    live: bool
    trouble: str | None


class _Stored(BaseModel):
    model_config = ConfigDict(extra="ignore")

    device: str
    answered_at: UtcTime
    text: str


class LastCopy(Generic[T]):
    """Remembers what a device said; one thread tells, any thread may look.

    Parameters
    ----------
    device
        Whose text it is; a file of another device is left unread.
    path
        Where the copy is kept between two lives of the process.
    parse
        Makes a value of the text; raises a ScifishError when the text makes no sense.
    monotonic, wall
        The clocks: seconds, and the time in UTC.
    """

    def __init__(
        self,
        device: str,
        path: Path,
        parse: Callable[[str], T],
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
    ) -> None:
        self._device, self._path, self._parse = device, path, parse
        self._monotonic, self._wall = monotonic, wall
        self._lock = threading.Lock()
        self._text: str | None = None
        self._value: T | None = None
        self._confirmed_at: float | None = None
        self._saved_at = float("-inf")
        self._trouble: str | None = "has not answered yet"
        self._load()

    def answered(self, text: str) -> None:
        """Take a text from the device; one that makes no sense leaves the copy as it was."""
        try:
            value = self._value if text == self._text else self._parse(text)
        except ScifishError as error:
            self.silent(f"gave something unreadable: {error}")
            return
        with self._lock:
            changed = text != self._text
            self._text, self._value = text, value
            self._confirmed_at, self._trouble = self._monotonic(), None
        if changed or self._monotonic() - self._saved_at > SAVE_S:
            self._save(text)

    def silent(self, why: str) -> None:
        """Take note that the device gave nothing usable."""
        with self._lock:
            self._trouble = why

    def look(self) -> Copy[T]:
        """Return what is known now, at once."""
        with self._lock:
            value, confirmed_at, trouble = self._value, self._confirmed_at, self._trouble
        age_s = None if confirmed_at is None else max(0.0, self._monotonic() - confirmed_at)
        live = trouble is None and age_s is not None and age_s <= LIVE_S
        return Copy(value, age_s, live, None if live else trouble or "does not answer")

    def _load(self) -> None:
        try:
            stored = _Stored.model_validate_json(self._path.read_bytes())
            value = self._parse(stored.text)
        except (OSError, ValidationError, ScifishError):
            return  # no copy is no error: the device will tell
        if stored.device.lower() != self._device.lower():
            return
        age_s = (self._wall() - stored.answered_at).total_seconds()
        self._text, self._value = stored.text, value
        if age_s >= -CLOCK_SLACK_S:
            self._confirmed_at = self._monotonic() - max(0.0, age_s)

    def _save(self, text: str) -> None:
        self._saved_at = self._monotonic()
        stored = _Stored(device=self._device, answered_at=self._wall(), text=text)
        try:
            replace_file(self._path, stored.model_dump_json())
        except OSError:
            return  # a full disk costs the next life its copy, and this life nothing
