"""An outage does not fill the log."""

import logging
import time

import pytest

from scifish.repeats import AGAIN_S, KEPT, Repeats

SAID_AT = 1_790_000_000.0
SAID_AT_TEXT = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(SAID_AT))
REFUSED = "kafka-1:9092: Connect failed: Connection refused (after %dms in state CONNECT)"


class Log:
    """A log of its own, and the time that goes by."""

    def __init__(self) -> None:
        self.now, self.lines = 1000.0, list[str]()
        self._filter = Repeats(lambda: self.now)

    def say(
        self,
        text: str,
        *words: object,
        level: int = logging.WARNING,
        error: Exception | None = None,
    ) -> None:
        info = (type(error), error, None) if error else None
        record = logging.LogRecord("scicow", level, "", 0, text, words, info)
        record.created = SAID_AT
        if self._filter.filter(record):
            self.lines.append(record.getMessage())


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_line_is_written_once_a_minute_and_then_counted(log: Log) -> None:
    for milliseconds in range(30):
        log.say(REFUSED, milliseconds)
    assert log.lines == [REFUSED % 0]
    log.now += AGAIN_S
    log.say(REFUSED, 7)
    assert log.lines[1:] == [REFUSED % 7 + f" (and 29 times more since {SAID_AT_TEXT})"]


def test_that_all_is_well_again_is_written_each_time(log: Log) -> None:
    for _ in range(2):
        log.say("joins the group anew")
        log.say("reads demo.captures[0] from offset 7", level=logging.INFO)
    assert log.lines == ["joins the group anew", *["reads demo.captures[0] from offset 7"] * 2]


def test_a_line_with_the_wrong_words_is_left_to_the_handler(log: Log) -> None:
    with pytest.raises(TypeError):
        log.say("%s and %s", "one")


def test_other_lines_are_written(log: Log) -> None:
    log.say(REFUSED, 0)
    log.say(REFUSED.replace("kafka-1", "kafka-2"), 0)
    log.say("1 captures written")
    log.say("2 captures written")
    assert len(log.lines) == 4


def test_another_exception_makes_another_line(log: Log) -> None:
    for error in (OSError("disk full"), OSError("disk full"), OSError("gone")):
        log.say("cannot start", error=error)
    assert log.lines == ["cannot start"] * 2


def test_a_line_that_comes_seldom_is_written_each_time(log: Log) -> None:
    for _ in range(3):
        log.say("joins the group anew")
        log.now += AGAIN_S
    assert log.lines == ["joins the group anew"] * 3


def test_of_many_lines_the_newest_are_remembered(log: Log) -> None:
    for number in range(3 * KEPT):
        log.say("capture %d", number)
    log.say("capture %d", 3 * KEPT - 1)
    assert len(log.lines) == 3 * KEPT
    assert len(log._filter._said) <= KEPT


def test_a_text_with_a_percent_sign_stays_as_it_is(log: Log) -> None:
    log.say("%s", "disk 100 % full")
    log.say("%s", "disk 100 % full")
    log.now += AGAIN_S
    log.say("%s", "disk 100 % full")
    assert log.lines[-1] == f"disk 100 % full (and 1 times more since {SAID_AT_TEXT})"
