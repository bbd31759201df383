"""What a session can fail with, one class per reaction of the caller."""


class PathFixerError(Exception):
    """Root of this room's errors."""


class RefusedError(PathFixerError):
    """The request is understood and refused; the text says why and what to do instead."""


class BusyError(PathFixerError):
    """Something else is being done; the text names it. Wait for it and ask again."""


class StoreError(PathFixerError):
    """The state directory cannot be used; nothing works until a person has seen to it."""


class MacroServerError(PathFixerError):
    """A MacroServer's environment could not be read or written; it is tried again in the background."""


class CommandError(PathFixerError):
    """A PathFixer device refused a command, failed in it or did not answer."""


class NoAnswerError(CommandError):
    """A PathFixer device was not reached: not running, frozen, or unknown to the Tango database."""
