"""What the session macros do: they ask the PathFixer that their MacroServer follows."""

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


class SessionDesk:
    """Serves one macro.

    Parameters
    ----------
    macro
        A live Sardana macro; spoken to on its own thread only.
    """

    def __init__(self, macro: Any) -> None:
        self._macro = macro
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

    def open(self, username: str, proposal: str, visit: str, sample: str, endstation: str) -> None:
        """Open a session; without a proposal say which there are to choose from."""
        refuse_in_a_scan(self._macro)
        if not username:
            raise SessionError("say who measures: newsession <username> <proposal>")
        try:
            if not proposal:
                self._offer(username)
                return
            visit_name = None if visit == NOW else visit
            self._fixer.open_session(
                username,
                proposal,
                visit_name,
                sample,
                endstation,
                asking_door=short(str(self._macro.getDoorName())),
                tell=self._tell,
            )
        except CommandError as error:
            raise SessionError(f"no session was opened, all is as it was: {_why(error)}") from None
        self.show()

    def set_sample(self, sample: str) -> None:
        """Change the sample; none when it is empty."""
        try:
            self._fixer.set_sample(sample)
        except CommandError as error:
            raise SessionError(f"the sample was not changed: {error}") from None
        self.show()

    def close(self) -> None:
        """Close the session."""
        refuse_in_a_scan(self._macro)
        try:
            self._fixer.close_session(asking_door=short(str(self._macro.getDoorName())))
        except CommandError as error:
            raise SessionError(f"the session was not closed: {_why(error)}") from None
        self.show()

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


def _why(error: CommandError) -> str:
    where = " (in the panel ctpathfixer)" if isinstance(error, ReasonWantedError) else ""
    return f"{error}{where}"
