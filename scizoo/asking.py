"""Ask several devices at once, and wait for none of them longer than the limit.

Tango's own time-out does not bound the making of a connection: a frozen server holds its caller
for 3 s and more (measured). So each question has a daemon thread of its own, which is left alone
when it is late.
"""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import tango

Result = TypeVar("Result")


class NoAnswerError(Exception):
    """Nothing came within the limit."""


class _Question(Generic[Result]):
    def __init__(self, function: Callable[[], Result]) -> None:
        self._function = function
        self._answered = threading.Event()
        self.outcome: Result | Exception = NoAnswerError("no answer")
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        with tango.EnsureOmniThread():
            try:
                self.outcome = self._function()
            except Exception as error:  # noqa: BLE001 - edge of a thread: the asker gets the error as the answer
                self.outcome = error
            self._answered.set()

    def answer(self, limit_s: float) -> Result | Exception:
        if self._answered.wait(max(limit_s, 0)):
            return self.outcome
        return NoAnswerError("no answer in time")


def ask_all(questions: Mapping[str, Callable[[], Result]], limit_s: float) -> dict[str, Result | Exception]:
    """Return each question's result, or the exception it ended in; all share one limit in seconds."""
    asked = {name: _Question(function) for name, function in questions.items()}
    deadline = time.monotonic() + limit_s
    return {name: question.answer(deadline - time.monotonic()) for name, question in asked.items()}


def ask(function: Callable[[], Result], limit_s: float) -> Result:
    """Return one result; raise what it raised, or NoAnswerError after the limit."""
    outcome = ask_all({"": function}, limit_s)[""]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def reason(error: Exception) -> str:
    """Return an error as one line for people; of a Tango error stack the innermost description."""
    if isinstance(error, tango.DevFailed) and error.args:
        return str(error.args[0].desc).strip().splitlines()[0]
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
