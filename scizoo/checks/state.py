"""Say whether captures can be kept on this host."""

from collections.abc import Iterator

from scifish.errors import ScifishError
from scifish.settings import load_settings
from scifish.state_folder import find_state_folder
from scizoo.checks.finding import Finding, bad, good

PART = "state folder"


def check_state_folder() -> Iterator[Finding]:
    """Say whether this host's state folder can be written and its settings read."""
    try:
        folder = find_state_folder()
        folder.prepare()
        settings = load_settings(folder.path)
    except ScifishError as error:
        yield bad(PART, str(error), "on a host without capture this line can be left alone")
        return
    yield good(PART, f"{folder.path} is writable, beamline {settings.beamline}, prefix {settings.pid_prefix}")
