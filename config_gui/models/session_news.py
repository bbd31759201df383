"""News of the PathFixer device: its session, and what can be chosen, asked for in the background."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Protocol

from config_gui.models.asking import Asking
from pathfixer.choices import Choices, Question
from pathfixer.errors import PathFixerError
from pathfixer.look import Look

QUICK_S = 0.2
"""Pause between two questions while a session is being opened or closed, seconds."""


@dataclass(frozen=True)
class SessionNews:
    """What PathFixer said.

    Attributes
    ----------
    look
        The last look; none before the first answer.
    choices
        For ``question``.
    heard_at
        When the device answered last.
    trouble
        Why there is no news, in words; the rest is then of ``heard_at``.
    """

    look: Look | None = None
    choices: Choices = field(default_factory=Choices)
    question: Question = field(default_factory=Question)
    heard_at: datetime | None = None
    trouble: str = ""


class Seen(Protocol):
    """What of ``pathfixer.client.PathFixerClient`` is needed."""

    def look(self) -> Look:
        """Return what can be seen of the device."""

    def choices(self, username: str, proposal: str = "", visit: str = "") -> Choices:
        """Return what a user may choose."""


class SessionDesk:
    """Asks PathFixer for news.

    Parameters
    ----------
    fixer
        A client of its own: a call may hang for as long as Tango takes.
    on_news
        Called on the asking thread.
    period_s
        Pause between two questions, seconds.
    """

    def __init__(self, fixer: Seen, on_news: Callable[[SessionNews], None], period_s: float = 1.0) -> None:
        self._fixer = fixer
        self._on_news = on_news
        self._period_s = period_s
        self._question = Question()
        self._news = SessionNews()
        self._asking = Asking(self.look, "news of PathFixer", period_s)

    def start(self) -> None:
        """Start to ask."""
        self._asking.start()

    def choose(self, question: Question) -> None:
        """Ask for these choices from now on, and now."""
        if question != self._question:
            self._question = question
            self._asking.again()

    def again(self) -> None:
        """Ask now; never waits."""
        self._asking.again()

    def close(self) -> None:
        """Ask no more; never waits for an answer."""
        self._asking.close()

    def look(self) -> float:
        """Ask once, hand the news on, and return when to ask again, seconds."""
        self._news = self._ask(self._question)
        if not self._asking.closed:
            self._on_news(self._news)
        look = self._news.look
        return min(QUICK_S, self._period_s) if look and look.activity else self._period_s

    def _ask(self, question: Question) -> SessionNews:
        try:
            look = self._fixer.look()
            choices = self._choices(question) if look.state != "FAULT" else Choices()
        except PathFixerError as error:
            return replace(self._news, trouble=str(error))
        except Exception as error:  # noqa: BLE001 - edge of a thread: it must go on, and people must know
            return replace(self._news, trouble=f"news of PathFixer: {type(error).__name__}: {error}")
        return SessionNews(look, choices, question, datetime.now(timezone.utc))

    def _choices(self, question: Question) -> Choices:
        """Return the choices; the device answers from memory, and may know more with every look."""
        return self._fixer.choices(question.username, question.proposal, question.visit)
