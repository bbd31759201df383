"""What can go wrong between the broker and the catalogue, one class per reaction."""


class ConsumerError(Exception):
    """Root of all errors of the consumers."""


class RetryableError(ConsumerError):
    """Something the sink needs is away: keep the offsets, wait, and try the same again."""


class PoisonError(ConsumerError):
    """A message that will never be acceptable: dead letter with the reason, and go on."""


class FatalError(ConsumerError):
    """Going on makes no sense; the text says what a person must do. The process ends with 1."""


class ConfigurationError(FatalError):
    """The configuration cannot be used; the text names the key and the value."""
