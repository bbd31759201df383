"""What stops the set-up."""


class SetupError(Exception):
    """The machine lacks something; the text says what, and how to get it."""
