"""What SciFly says of itself, in words."""

import pytest

from scifly.standing import Report, Standing, standing


@pytest.mark.parametrize(
    ("report", "found", "says"),
    [
        (Report(watched_path="/d/raw", note="proposal 1"), Standing.WATCHING, "watching /d/raw; proposal 1"),
        (Report(watched_path="/d/raw", left_folders=1), Standing.WATCHING, "and 1 left before"),
        (Report(watched_path="/d/raw", notes=["no file events"]), Standing.WATCHING, "no file events"),
        (Report(note="PathFixer a/b/c does not answer"), Standing.NOTHING_TO_WATCH, "a/b/c does not answer"),
        (Report(enabled=False, watched_path="/d/raw"), Standing.OFF, "write Enabled"),
        (Report(enabled=False, problems=["disk full"]), Standing.TROUBLE, "disk full"),
        (Report(problems=list("abcde")), Standing.TROUBLE, "a; b; c (and 2 more)"),
    ],
)
def test_standing(report, found, says):
    assert standing(report)[0] is found
    assert says in standing(report)[1]
