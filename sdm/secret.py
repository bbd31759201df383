"""Secrets: settings name where one is, an environment variable or a file of mode 0600; never itself."""

import os
import stat
from pathlib import Path

from pydantic import SecretStr

from sdm.errors import SecretError


def secret_from_environment(name: str) -> SecretStr:
    """Return the secret in a variable; raises SecretError when it is not set."""
    if not os.environ.get(name):
        raise SecretError(f"environment variable {name} is not set: put the secret there")
    return SecretStr(os.environ[name])


def secret_from_file(path: Path) -> SecretStr:
    """Return the secret in a file, without the white space around it.

    Raises
    ------
    SecretError
        The file cannot be read or is empty, or somebody beside its owner may read it.
    """
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SecretError(f"others may read the secret in {path}: chmod 600 {path}")
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"secret file {path}: {getattr(error, 'strerror', 'no text')}") from None
    if not secret:
        raise SecretError(f"secret file {path} is empty")
    return SecretStr(secret)
