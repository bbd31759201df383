"""What PathFixer's panel does: the set values, the news of the device, and opening and closing.

No widget and no Tango in here: the client and the way to run it in the background are given.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from config_gui.models.background import Outcome, Then
from config_gui.models.message import Kind, Message
from config_gui.models.session_fields import Field, SetValues, values_of
from config_gui.models.session_news import SessionNews
from pathfixer.choices import Question
from pathfixer.errors import ReasonWantedError
from scifish.session import Session
from sdm.folders.findings import Finding


class Fixer(Protocol):
    """What of ``pathfixer.client.PathFixerClient`` is needed; every method raises CommandError."""

    def open_session(
        self,
        username: str,
        proposal: str,
        visit: str | None,
        sample: str,
        endstation: str | None,
        *,
        asked_by: str,
        force_reason: str = "",
        override_reason: str = "",
    ) -> list[str]:
        """Open a session; returns what people should see to."""

    def set_sample(self, sample: str) -> None:
        """Change the sample of the open session."""

    def close_session(self, *, asked_by: str, force_reason: str = "") -> list[str]:
        """Close the session; returns what people should see to."""

    def check(self) -> list[Finding]:
        """Check path, rights, space and ScanDir."""


OPENED = "the session is open"
Reasons = dict[str, str]
"""Field of a request to the reason given in it."""


@dataclass(frozen=True)
class Refusal:
    """What the device refuses, unless somebody gives a reason.

    Attributes
    ----------
    text
        Why, in the device's words.
    again
        Asks once more, with the reason.
    """

    text: str
    again: Callable[[str], None]


@dataclass
class Granted:
    """What the device has done and not shown yet.

    Attributes
    ----------
    sent
        What was set when it was asked.
    revision
        Of the session that it showed then.
    may_be_old
        So many of the next looks at it may be from before.
    """

    sent: SetValues
    revision: int
    may_be_old: int = 1


class SessionEditor:
    """The state of the panel.

    Parameters
    ----------
    fixer
        Client of the PathFixer device; called in the background only.
    run
        Runs a function in the background and hands back its outcome.
    who
        Who asks, as claimed.
    on_change
        Called after anything to show has changed.
    on_question
        Called with whose choices are wanted, when news of the device is wanted now.
    """

    def __init__(
        self,
        fixer: Fixer,
        run: Callable[[Callable[[], Any], Then], None],
        who: str,
        on_change: Callable[[], None],
        on_question: Callable[[Question], None],
    ) -> None:
        self._fixer, self._run, self._who = fixer, run, who
        self._on_change, self._on_question = on_change, on_question
        self.news = SessionNews()
        self.values = SetValues()
        self.is_edited = False
        self._granted: Granted | None = None
        self.busy = ""
        self.message = Message("")
        self.asked_to_close = False
        self.refusal: Refusal | None = None

    @property
    def session(self) -> Session | None:
        """The session that the device shows; none when it shows none."""
        return self.news.look.session if self.news.look else None

    @property
    def is_open(self) -> bool:
        """Whether a session is open, as far as is known."""
        return self.session is not None and self.session.state == "open"

    @property
    def is_reachable(self) -> bool:
        """Whether the device answers and works, and nothing is being done."""
        look = self.news.look
        works = look is not None and look.state != "FAULT" and look.activity is None
        return works and not self.news.trouble and not self.busy

    @property
    def is_only_sample(self) -> bool:
        """Whether what is set differs from the open session in the sample alone."""
        as_it_is = values_of(self.session)
        is_another = self.values.sample != as_it_is.sample
        return self.is_open and is_another and replace(self.values, sample=as_it_is.sample) == as_it_is

    @property
    def _revision(self) -> int:
        return self.session.revision if self.session is not None else -1

    def is_pending(self, field: Field) -> bool:
        """Tell whether a value has been set and not opened yet."""
        return self.is_edited and self.values.get(field) != values_of(self.session).get(field)

    @property
    def can_open(self) -> bool:
        """Whether there is anything to open, and somebody to open it."""
        is_complete = bool(self.values.username and self.values.proposal)
        return self.is_reachable and is_complete and self.values != values_of(self.session)

    def take_news(self, news: SessionNews) -> None:
        """Follow what the device says; what a person has set and not opened yet stays."""
        self.news = news
        if self._granted is not None:
            self._see_granted(self._granted)
        elif not self.is_edited:
            self._become(values_of(self.session))
        self.asked_to_close = self.asked_to_close and self.is_open
        self._on_change()

    def set(self, field: Field, text: str) -> None:
        """Set a value; nothing counts before it is opened."""
        values = self.values.having(field, text)
        if values != self.values:
            self.is_edited, self.refusal = True, None
            self._become(values)
            self._tell("")

    def discard(self) -> None:
        """Set again what the device reads."""
        self.is_edited, self._granted, self.refusal = False, None, None
        self._become(values_of(self.session))
        self._tell("")

    def open(self) -> None:
        """Open what is set; a sample alone is changed in the open session."""
        if self.is_only_sample:
            sample = self.values.sample
            self._work("setting the sample", lambda _: self._set_sample(sample), self._granting(OPENED), {})
        else:
            self._open_with(self.values, {})

    def ask_to_close(self) -> None:
        """Ask whether the session shall be closed."""
        self.asked_to_close = True
        self._tell("")

    def keep_open(self) -> None:
        """Forget that closing was asked for."""
        self.asked_to_close = False
        self._on_change()

    def close(self) -> None:
        """Close the session."""
        self.asked_to_close = False
        self._work(
            "closing the session",
            lambda reasons: self._fixer.close_session(asked_by=self._who, **reasons),
            self._granting("the session is closed"),
            {},
        )

    def check(self) -> None:
        """Have everything looked at that a scan needs."""
        self._work("checking", lambda _: self._fixer.check(), self._checked, {})

    def give_up(self) -> None:
        """Leave it at the refusal."""
        self.refusal = None
        self._on_change()

    def _open_with(self, values: SetValues, reasons: Reasons) -> None:
        self._work(
            f"opening a session for {values.proposal}",
            lambda given: self._fixer.open_session(
                values.username,
                values.proposal,
                values.visit or None,
                values.sample,
                values.endstation,
                asked_by=self._who,
                **given,
            ),
            self._granting(OPENED),
            reasons,
        )

    def _set_sample(self, sample: str) -> list[str]:
        self._fixer.set_sample(sample)
        return []

    def _granting(self, well: str) -> Callable[[list[str]], None]:
        """Return what follows when the device does what is asked of it now."""
        granted = Granted(self.values, self._revision)

        def done(to_see_to: list[str]) -> None:
            self._granted, self.is_edited = granted, self.values != granted.sent
            if self._revision != granted.revision:
                self._see_granted(granted)
            self._tell_result(well, to_see_to)

        return done

    def _see_granted(self, granted: Granted) -> None:
        """Follow the device again once it shows what it has granted; what was set meanwhile stays."""
        if self._revision == granted.revision and granted.may_be_old:
            granted.may_be_old -= 1
            return
        self._granted = None
        shown = values_of(self.session)
        self._become(self.values.on_top_of(shown, granted.sent))
        self.is_edited = self.values != shown

    def _checked(self, findings: list[Finding]) -> None:
        wrong = [finding for finding in findings if not finding.ok]
        lines = [f"{one.finding}{f': {one.cure}' if one.cure else ''}" for one in wrong]
        self._tell_result("checked: a scan has everything that it needs", lines, "checked")

    def _tell_result(self, well: str, to_see_to: list[str], otherwise: str = "") -> None:
        if to_see_to:
            lines = "\n".join(f"  • {line}" for line in to_see_to)
            self._tell(f"{otherwise or well}; to see to:\n{lines}", "warning")
        else:
            self._tell(well)

    def _work(
        self, what: str, act: Callable[[Reasons], Any], done: Callable[[Any], None], reasons: Reasons
    ) -> None:
        def ended(outcome: Outcome) -> None:
            self.busy = ""
            error = outcome.error
            if error is None:
                done(outcome.result)
            elif isinstance(error, ReasonWantedError):
                field = error.field
                self._refuse(str(error), lambda text: self._work(what, act, done, {**reasons, field: text}))
            else:
                self._tell(f"{what} did not succeed: {error}", "bad")
            self._on_question(self.values.question)

        self.busy, self.refusal = what, None
        self._tell("")
        self._run(lambda: act(reasons), ended)

    def _refuse(self, text: str, again: Callable[[str], None]) -> None:
        self.refusal = Refusal(text, again)
        self._on_change()

    def _become(self, values: SetValues) -> None:
        before, self.values = self.values, values
        if values.question != before.question:
            self._on_question(values.question)

    def _tell(self, text: str, kind: Kind = "good") -> None:
        self.message = Message(text, kind)
        self._on_change()
