"""What a session can fail with, one class per reaction of the caller."""

from typing import ClassVar


class PathFixerError(Exception):
    """Root of this room's errors."""


class RefusedError(PathFixerError):
    """The request is understood and refused; the text says why and what to do instead."""


class NeedsReasonError(RefusedError):
    """Refused, and lets pass who gives a reason.

    Attributes
    ----------
    field
        Of the request, for the reason.
    """

    field: ClassVar[str]


class NeedsForceError(NeedsReasonError):
    """Refused for as long as something goes on."""

    field = "force_reason"


class NeedsOverrideError(NeedsReasonError):
    """Refused because the user office cannot be asked; staff may give a reason."""

    field = "override_reason"


class BusyError(PathFixerError):
    """Something else is being done; the text names it. Wait for it and ask again."""


class StoreError(PathFixerError):
    """The state directory cannot be used; nothing works until a person has seen to it."""


class FollowError(PathFixerError):
    """Something did not follow the session; it is tried again in the background."""


class MacroServerError(FollowError):
    """A MacroServer's environment could not be read or written."""


class ListenerError(FollowError):
    """The attribute of a listener could not be written."""


class CommandError(PathFixerError):
    """A PathFixer device refused a command, failed in it or did not answer."""


class NoAnswerError(CommandError):
    """A PathFixer device was not reached: not running, frozen, or unknown to the Tango database."""


class ReasonWantedError(CommandError):
    """A PathFixer device refused, and lets pass who gives a reason.

    Attributes
    ----------
    field
        Of the request, for the reason: ``force_reason`` or ``override_reason``.
    """

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field
