"""What can go wrong with groups, one class per reaction of the caller."""

from sdm.errors import SdmError


class GroupsError(SdmError):
    """Root of what can go wrong with groups."""


class GroupsSettingsError(GroupsError):
    """The settings of groups are not right; the text says which one."""


class DirectoryUnavailableError(GroupsError):
    """The directory service did not answer, or not whole; nothing can be concluded: try again later."""


class PartialAnswerError(DirectoryUnavailableError):
    """The directory service told only a part; what is missing in it may be there all the same."""


class DirectoryRefusedError(GroupsError):
    """The directory service refused one change, or holds what must not be; a person must look."""
