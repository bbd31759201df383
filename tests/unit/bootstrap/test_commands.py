"""A program that fails is shown with the end of its output and what to do."""

import pytest

from bootstrap.commands import call
from bootstrap.errors import SetupError


def test_the_end_of_the_output_and_the_cure_are_shown() -> None:
    with pytest.raises(SetupError, match=r"(?s)sh failed .*test\.log.*last words.*Is there a network\?"):
        call(["sh", "-c", "echo last words; exit 3"], "test", "Is there a network?")


def test_a_missing_program_is_named() -> None:
    with pytest.raises(SetupError, match=r"no-such-program cannot be started: No such file.* Install it"):
        call(["no-such-program"], "test", "Install it")
