"""What can go wrong with selections and their store, one class per reaction of the caller."""


class ScidogError(Exception):
    """Root of all errors of this room."""


class StoreAwayError(ScidogError):
    """The store does not answer now (retryable): try again; the last good copy serves meanwhile."""


class StoreRefusedError(ScidogError):
    """The store answers but will not serve us (fatal): account, folder rights or settings are wrong."""


class RevisionTakenError(ScidogError):
    """Another revision of this number is in the store already; nothing was written."""


class StaleRevisionError(ScidogError):
    """Somebody saved the selection meanwhile; the text names both revisions. Merge and save again."""


class UnknownSelectionError(ScidogError):
    """No selection, or no revision of it, has this name; the text lists what there is."""


class RefusedError(ScidogError):
    """What was asked for is not allowed now; the text says what to do first."""


class NoAnswerError(ScidogError):
    """The SciDog device did not answer, or did not finish, in time; the text names it."""


class NotKnownError(ScidogError):
    """SciDog knows no selections yet: its store never answered and there is no copy on its disk."""


_BY_NAME: dict[str, type[ScidogError]] = {
    cls.__name__: cls
    for cls in (
        StoreAwayError,
        StoreRefusedError,
        StaleRevisionError,
        UnknownSelectionError,
        RefusedError,
        NoAnswerError,
        NotKnownError,
    )
}


def error_from_text(text: str) -> ScidogError:
    """Return the error that a job of the SciDog device reported as ``<class>: <text>``."""
    name, colon, rest = text.partition(": ")
    known = _BY_NAME.get(name)
    return known(rest) if known and colon else ScidogError(text)
