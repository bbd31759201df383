"""What can go wrong while files are followed, one class per reaction."""


class SciflyError(Exception):
    """Root of all errors of this library."""


class ProfileError(SciflyError):
    """A profile cannot be used; the text names the file, the key and the value."""


class JournalError(SciflyError):
    """The journal cannot be used: nothing may be captured, since it would be captured again."""


class FolderError(SciflyError):
    """A folder cannot be looked at now; it is tried again."""
