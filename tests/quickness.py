"""How long an act takes on a machine that other work shares: one measurement alone says nothing."""

import time
from collections.abc import Callable


def seconds(act: Callable[[], object]) -> float:
    """Return how long an act takes, once."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def best_seconds(act: Callable[[], object], good_s: float, times: int = 5) -> float:
    """Return the shortest time of an act, which is not done again once it was below the good one."""
    return _best(lambda: seconds(act), good_s, times)


def median_seconds(act: Callable[[], object], good_s: float, times: int = 20, series: int = 3) -> float:
    """Return the median of one of some series: the first below the good time, else the best one."""
    return _best(lambda: sorted(seconds(act) for _ in range(times))[times // 2], good_s, series)


def _best(measure: Callable[[], float], good_s: float, times: int) -> float:
    best = measure()
    for _ in range(times - 1):
        if best < good_s:
            break
        best = min(best, measure())
    return best
