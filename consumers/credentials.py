"""Secrets: named in the configuration, kept in the environment or in files of mode 0600."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, model_validator

from consumers.errors import ConfigurationError
from sdm.errors import SecretError
from sdm.secret import secret_from_environment, secret_from_file


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
        try:
            if self.env is not None:
                return secret_from_environment(self.env)
            return secret_from_file(self.file or Path())
        except SecretError as error:
            raise ConfigurationError(str(error)) from None
