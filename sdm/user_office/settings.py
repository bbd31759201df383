"""Settings that user offices on a network share. They arrive as text, from Tango properties or YAML."""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from sdm.errors import OfficeSettingsError
from sdm.secret import secret_from_environment, secret_from_file


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _safe_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise ValueError("no user or password in the address: name a secret_file")
    if not parts.hostname or parts.scheme not in ("http", "https"):
        raise ValueError("an address like https://office.example.org is wanted")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("https is wanted: our secret goes with every question")
    return url.rstrip("/")


class NetworkSettings(BaseModel):
    """How an office on the network is reached; no error repeats what was given."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: Annotated[str, AfterValidator(_safe_url)]
    secret_file: Path | None = Field(default=None, description="mode 0600")
    secret_env: str | None = None
    ca_file: Path | None = Field(default=None, description="authorities to trust instead of the public ones")
    timeout_s: float = Field(default=5, gt=0, le=60, description="for a connection, and for each silence")
    patience_s: float = Field(default=30, gt=0, le=600, description="for a proposal; for a list ten times it")
    attempts: int = Field(default=3, ge=1, le=10, description="of each request")

    @model_validator(mode="after")
    def _one_place(self) -> "NetworkSettings":
        if (self.secret_file is None) == (self.secret_env is None):
            raise ValueError("name either secret_file (mode 0600) or secret_env (a variable)")
        return self

    @property
    def list_patience_s(self) -> float:
        """For a list with all its requests, perhaps one a proposal; nobody waits for it."""
        return 10 * self.patience_s

    def secret(self) -> SecretStr:
        """Return the secret as it is now, a changed file counts at once; raises SecretError."""
        if self.secret_env is not None:
            return secret_from_environment(self.secret_env)
        return secret_from_file(self.secret_file or Path())


def parse_zone(name: str) -> str:
    """Return the name of a zone that this machine knows; raises ValueError for any other."""
    try:
        return ZoneInfo(name).key
    except (KeyError, ValueError, OSError):
        raise ValueError(f"{name!r} is no zone of the IANA database of this machine") from None


def parse_pairs(text: str) -> dict[str, str]:
    """Read ``ours:theirs,ours:theirs``; an empty text has none. Raises ValueError."""
    pairs = {}
    for item in filter(None, (item.strip() for item in text.split(","))):
        ours, colon, theirs = (word.strip() for word in item.partition(":"))
        if not colon or not ours or not theirs:
            raise ValueError(f"{item!r} is not <our name>:<the office's name>")
        pairs[ours] = theirs
    return pairs


Model = TypeVar("Model", bound=BaseModel)


def read_settings(model: type[Model], settings: Mapping[str, str]) -> Model:
    """Return checked settings; raises OfficeSettingsError naming each one that is wrong."""
    try:
        return model.model_validate(settings)
    except ValidationError as error:
        wrong = (
            f"{'.'.join(str(step) for step in item['loc']) or 'settings'}: {item['msg']}"
            for item in error.errors(include_url=False, include_input=False)
        )
        raise OfficeSettingsError("; ".join(wrong)) from None
