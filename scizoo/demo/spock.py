"""A Spock profile for the Door of a demo, in the folder of its run: nothing is asked, nothing stays."""

from importlib.metadata import version
from pathlib import Path

PROFILE = "demo"
CONFIGURATION = """\
# spock_creation_version = {version}
# door_name = {door}
import sardana.spock
import sardana.spock.config

config = get_config()
config.Spock.door_name = "{door}"
config.Spock.macro_server_name = "{macro_server}"
config.InteractiveShellApp.extensions = ["sardana_recorders.spock_completion"]
sardana.spock.load_config(config)
"""
"""Spock reads the first two lines to see whether the profile is of its own version."""


def make_spock_profile(folder: Path, door: str, macro_server: str) -> Path:
    """Make the profile and return the folder for ``IPYTHONDIR``.

    Parameters
    ----------
    folder
        Of the run.
    door, macro_server
        Full Tango names, ``tango://host:port/…``.
    """
    profile = folder / "ipython" / f"profile_{PROFILE}"
    profile.mkdir(parents=True, exist_ok=True)
    text = CONFIGURATION.format(version=version("sardana"), door=door, macro_server=macro_server)
    (profile / "ipython_config.py").write_text(text, encoding="utf-8")
    return folder / "ipython"
