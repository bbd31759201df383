"""What can go wrong between a proposal and its folder, one class per reaction of the caller."""


class SdmError(Exception):
    """Root of all errors of this library."""


class NameRefusedError(SdmError):
    """A name cannot become part of a path; ask the person for another one."""

    def __init__(self, field: str, value: str, reason: str) -> None:
        self.field = field
        self.value = value
        self.reason = reason
        super().__init__(f"{field} {value!r} is refused: {reason}")


class RulesError(SdmError):
    """A rule set cannot be used as it is written; its author must correct it."""


class FolderError(SdmError):
    """A folder of the tree cannot be made or trusted; the text names it and the cure."""


class ReplacedError(FolderError):
    """A folder of the tree is not the one that it was; no data may go there until staff have looked."""


class WorkerError(SdmError):
    """The file system did not answer in time, or the process that asks it is gone; try again."""


class SecretError(SdmError):
    """A secret cannot be had from where the settings say it is; the text names the place."""


class UserOfficeError(SdmError):
    """Root of what a user office can fail with."""


class UnknownProposalError(UserOfficeError):
    """The user office answered, and does not know the proposal."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"the user office knows no proposal {number!r}")


class OfficeUnavailableError(UserOfficeError):
    """The user office gave no usable answer; it may give one later."""


class OfficeSettingsError(UserOfficeError):
    """The user office is not configured rightly; the text says which setting."""
