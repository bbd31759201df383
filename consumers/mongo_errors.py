"""MongoDB's errors as our three kinds."""

from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import ConfigurationError as DriverConfigurationError
from pymongo.errors import OperationFailure, PyMongoError

from consumers.errors import FatalError, RetryableError

NOT_ALLOWED = frozenset({13, 18})
"""Unauthorized, AuthenticationFailed."""


@contextmanager
def mongo_errors(what: str) -> Iterator[None]:
    """Translate what pymongo raises while ``what`` is done.

    Raises
    ------
    FatalError
        The account is refused: nothing can be written until a person has changed that.
    RetryableError
        Everything else: an operation that was not acknowledged is done again, which changes nothing.
    """
    try:
        yield
    except OperationFailure as error:
        if error.code in NOT_ALLOWED:
            raise FatalError(
                f"MongoDB does not allow us to {what}: check user, password and roles"
            ) from error
        raise RetryableError(f"MongoDB could not {what}: {_first_line(error)}") from error
    except DriverConfigurationError as error:
        raise FatalError(f"MongoDB cannot {what}: {_first_line(error)}: check the uri") from error
    except PyMongoError as error:
        raise RetryableError(f"MongoDB could not {what}: {_first_line(error)}") from error


def _first_line(error: PyMongoError) -> str:
    return str(error).split(", full error:")[0].split("\n")[0][:300]
