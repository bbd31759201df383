"""An extension of Spock: TAB after ``newsession`` and ``newsample`` offers what can be chosen.

Sardana completes parameters that are its own elements; a user, a proposal or a sample is none. In
the Spock profile, **before** ``sardana.spock.load_config(config)``, which adds its own to the list
(appending afterwards makes IPython merge lists for ever: measured)::

    config.InteractiveShellApp.extensions = ["sardana_recorders.spock_completion"]
"""

import threading
from typing import Any

from pathfixer.client import PathFixerClient
from pathfixer.errors import PathFixerError
from pathfixer.following.followed import followed_path_fixer
from sardana_recorders.session_completion import OPEN, SAMPLE, offers

BEFORE_SARDANAS = 10
"""Hooks are tried by rising priority; Sardana's own has 50."""

PATIENCE_S = 1.0
"""Nobody waits longer for TAB, whatever PathFixer does."""


def load_ipython_extension(shell: Any) -> None:
    """Offer choices after our macros."""
    for macro in (OPEN, SAMPLE):
        for key in (macro, f"%{macro}"):
            shell.set_hook("complete_command", _complete, priority=BEFORE_SARDANAS, str_key=key)


def _complete(_shell: Any, event: Any) -> list[str]:
    from sardana.spock import genutils

    macro_server = str(genutils.get_macro_server().getFullName())
    found: list[str] = []

    def ask() -> None:
        try:
            found.extend(offers(event.text_until_cursor, PathFixerClient(followed_path_fixer(macro_server))))
        except PathFixerError:
            return  # TAB offers nothing; the macro itself will say why

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    return [] if thread.is_alive() else found
