"""What can go wrong while capturing, one class per reaction of the caller."""


class ScifishError(Exception):
    """Root of all errors of this library."""


class SettingsError(ScifishError):
    """``settings.json`` or the state folder cannot be used; the text says what to do.

    The capture host is not ready: capture nothing, tell people.
    """


class SpoolError(ScifishError):
    """A capture could not be committed to the local disk; tell the operator at once."""


class SpoolClosedError(SpoolError):
    """The spool of this process is closed for good: trying again is of no use."""


class SelectionError(ScifishError):
    """A selection, or one entry of it, is not acceptable; the text names the value."""


class NoDatabaseError(ScifishError):
    """The Tango database does not answer, or not what was asked; the text says why."""


class UnknownDeviceError(NoDatabaseError):
    """The Tango database answers that it knows no such device."""


class MessageError(ScifishError):
    """Bytes or fields do not make a valid message; they never will (poison)."""


class UnknownSchemaError(MessageError):
    """The message is of a newer schema than this reader knows: it waits, it is not refused."""
