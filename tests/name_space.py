"""Small file systems that only a test sees need a mount name space of its own."""

import os
import subprocess

import pytest

OPTIONS = "-m" if os.geteuid() == 0 else "-rm"
"""Of ``unshare``: as root a mount name space, else a user name space too, which a machine may forbid."""


def in_a_name_space() -> list[pytest.MarkDecorator]:
    """Return the marks of tests that need one: where this account may have none, root does them."""
    tried = subprocess.run(["unshare", OPTIONS, "true"], capture_output=True, check=False)
    return [pytest.mark.needs_root] if tried.returncode else []
