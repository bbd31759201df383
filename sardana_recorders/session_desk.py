"""What the session macros do: they ask the PathFixer that their MacroServer follows."""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from typing import Any

from pathfixer.client import PathFixerClient
from pathfixer.errors import CommandError, ReasonWantedError
from pathfixer.following.followed import followed_path_fixer, short
from sardana_recorders.session_words import (
    complaint_lines,
    proposal_lines,
    scan_dir_warning,
    session_lines,
)
from scifish.tango_text import tango_text

NOW = "now"
"""Stands for the visit that runs now."""


class SessionError(Exception):
    """The session was not changed; the text says why. Raised, so that no script goes on regardless."""

    def __init__(self, text: str) -> None:
        super().__init__(tango_text(text))


EMPTY = ('""', "''")
"""What Spock hands over as it stands when somebody writes it for nothing."""


def said(word: str) -> str:
    """Return a word of a macro's line; nothing where quotes with nothing in them were written."""
    return "" if word in EMPTY else word


@dataclass(frozen=True)
class Wanted:
    """The session that somebody wants, as the macro was given it; visit and sample may be empty."""

    username: str
    proposal: str
    visit: str
    sample: str
    endstation: str

    @classmethod
    def of(cls, *words: str) -> "Wanted":
        """Return what the words of a macro's line say, in the order of the fields."""
        return cls(*map(said, words))


class SessionDesk:
    """Serves one macro.

    Parameters
    ----------
    macro
        A live Sardana macro; spoken to on its own thread only.
    """

    def __init__(self, macro: Any) -> None:
        self._macro = macro
        self._door = short(str(macro.getDoorName()))
        server = macro.getMacroServer()
        try:
            self._fixer = PathFixerClient(followed_path_fixer(str(server.full_name)))
        except CommandError as error:
            raise SessionError(str(error)) from None

    def show(self) -> None:
        """Say how the session stands, and what should be seen to."""
        try:
            look = self._fixer.look()
        except CommandError as error:
            raise SessionError(str(error)) from None
        self._say(*session_lines(look))
        warning = scan_dir_warning(look.session, self._scan_dir()) if look.session else None
        for line in [*complaint_lines(look), *([warning] if warning else [])]:
            self._macro.warning("%s", tango_text(line))

    def open(self, wanted: Wanted, reason: str = "") -> None:
        """Open a session; without a proposal say which there are to choose from.

        Parameters
        ----------
        wanted
            Who wants to measure what.
        reason
            Why to open it although it is refused without one; empty: then not.
        """
        refuse_in_a_scan(self._macro)
        if not wanted.username:
            raise SessionError("say who measures: newsession <username> <proposal>")
        try:
            if not wanted.proposal:
                self._offer(wanted.username)
                return
            for_a_reason(lambda reasons: self._open(wanted, reasons), reason)
        except CommandError as error:
            why = _why(error, "newsession", *astuple(wanted))
            raise SessionError(f"no session was opened, all is as it was: {why}") from None
        self.show()

    def set_sample(self, sample: str) -> None:
        """Change the sample; none when it is empty."""
        try:
            self._fixer.set_sample(said(sample))
        except CommandError as error:
            raise SessionError(f"the sample was not changed: {error}") from None
        self.show()

    def close(self, reason: str = "") -> None:
        """Close the session; with a reason also when it is refused without one."""
        refuse_in_a_scan(self._macro)
        try:
            for_a_reason(self._close, reason)
        except CommandError as error:
            raise SessionError(f"the session was not closed: {_why(error, 'endsession')}") from None
        self.show()

    def _open(self, wanted: Wanted, reasons: dict[str, str]) -> None:
        self._fixer.open_session(
            wanted.username,
            wanted.proposal,
            None if wanted.visit == NOW else wanted.visit or None,
            wanted.sample,
            wanted.endstation,
            asked_by=self._door,
            asking_door=self._door,
            tell=self._tell,
            **reasons,
        )

    def _close(self, reasons: dict[str, str]) -> None:
        self._fixer.close_session(asked_by=self._door, asking_door=self._door, **reasons)

    def _offer(self, username: str) -> None:
        self._say(*proposal_lines(username, self._fixer.choices(username)))

    def _tell(self, step: str) -> None:
        if step:
            self._say(f"{step} ...")

    def _say(self, *lines: str) -> None:
        """Say lines at the Door: what Latin-1 lacks would end the macro (a Door's text is Tango's)."""
        for line in lines:
            self._macro.output("%s", tango_text(line))

    def _scan_dir(self) -> str | None:
        environment = self._macro.getAllEnv()
        return str(environment["ScanDir"]) if environment.get("ScanDir") else None


def refuse_in_a_scan(macro: Any) -> None:
    """Raise SessionError for a macro that a scan runs as its hook: a switch would tear that scan in two."""
    parent = macro.getParentMacro()
    while parent is not None:
        if getattr(parent, "_gScan", None) is not None:
            raise SessionError(f"not while {parent.getName()} runs: wait for its end")
        parent = parent.getParentMacro()


def for_a_reason(act: Callable[[dict[str, str]], None], reason: str) -> None:
    """Do something; when it is refused for want of a reason and there is one, once more with it.

    So a reason that turns out not to be needed is none that the history keeps.

    Parameters
    ----------
    act
        Is given the reasons by the fields of the request; raises CommandError.
    reason
        Why, in words of the operator; empty: none is given.
    """
    reasons: dict[str, str] = {}
    while True:
        try:
            return act(reasons)
        except ReasonWantedError as error:
            if not reason or error.field in reasons:
                raise
            reasons = {**reasons, error.field: reason}


def _why(error: CommandError, *macro: str) -> str:
    """Return why not; of what a reason would change, the command with one."""
    if not isinstance(error, ReasonWantedError):
        return str(error)
    words = " ".join(word or '""' for word in macro)
    return f'{error}: {words} "<reason>"'
