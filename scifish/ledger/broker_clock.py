"""Broker time: the only clock by which rows are sent again or removed (pure).

A beamline host's clock may be a week off; the broker stamps every record when it appends it
(LogAppendTime). Between two stamps the host's monotonic clock carries the time on.
"""

YEAR_2020_MS = 1_577_836_800_000
"""Smaller numbers are time counted without any stamp."""


class BrokerClock:
    """An estimate of the broker's time, never ahead of it by more than the monotonic drift.

    Parameters
    ----------
    estimate_ms
        What the last process life knew, ms since the epoch; 0 when nothing is known yet. Then
        the clock counts the time that passed: enough to send again, never enough to remove.
    monotonic_s
        The monotonic clock now.
    """

    def __init__(self, estimate_ms: int, monotonic_s: float) -> None:
        self._base_ms, self._base_s = estimate_ms, monotonic_s

    @property
    def known(self) -> bool:
        """Tell whether a broker's stamp has ever been seen, so that spans may remove something."""
        return self._base_ms > YEAR_2020_MS

    def now_ms(self, monotonic_s: float) -> int:
        """Return the estimate, ms since the epoch."""
        return self._base_ms + int((monotonic_s - self._base_s) * 1000)

    def acknowledged(self, stamp_ms: int, monotonic_s: float) -> None:
        """Take over the stamp of a record that was appended just now, also when it goes back."""
        self._base_ms, self._base_s = stamp_ms, monotonic_s

    def read(self, stamp_ms: int, monotonic_s: float) -> None:
        """Take over the stamp of a record read from the log, which may be old."""
        if stamp_ms > self.now_ms(monotonic_s):
            self.acknowledged(stamp_ms, monotonic_s)


def resend_after_ms(attempts: int, first_s: float, longest_s: float) -> int:
    """Return how long to wait for a final receipt after the n-th sending: doubling to a longest span."""
    return int(min(first_s * 2.0 ** min(max(attempts, 1) - 1, 40), longest_s) * 1000)
