"""Secrets: named in the configuration, kept in the environment or in files of mode 0600."""

import os
import stat
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from consumers.errors import ConfigurationError


class Secret(BaseModel):
    """Where a secret is found; never the secret itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str | None = None
    file: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> "Secret":
        if (self.env is None) == (self.file is None):
            raise ValueError("name either 'env' (a variable) or 'file' (mode 0600), not both")
        return self

    def read(self) -> SecretStr:
        """Return the secret.

        Raises
        ------
        ConfigurationError
            The variable is not set, the file is not readable, or others may read the file.
        """
        return self._from_environment(self.env) if self.env else self._from_file(self.file or Path())

    @staticmethod
    def _from_environment(name: str) -> SecretStr:
        if name not in os.environ:
            raise ConfigurationError(f"environment variable {name} is not set: put the secret there")
        return SecretStr(os.environ[name])

    @staticmethod
    def _from_file(path: Path) -> SecretStr:
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise ConfigurationError(f"others may read the secret in {path}: chmod 600 {path}")
            return SecretStr(path.read_text().strip())
        except OSError as error:
            raise ConfigurationError(f"secret file {path}: {error.strerror}") from None
