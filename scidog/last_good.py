"""The copy of the store's contents on this host's disk, for the hours when the store is away."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from scidog.saved import Contents
from scifish.message_parts import UtcTime
from scifish.replace_file import replace_file


class Copy(BaseModel):
    """Contents, which store they are of (None in older copies), and when it last confirmed them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    as_of: UtcTime
    place: str | None = None
    contents: Contents


class LastGood:
    """One file, replaced atomically."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> Copy | None:
        """Return the copy; none when there is none or it cannot be understood."""
        try:
            return Copy.model_validate_json(self.path.read_bytes())
        except (OSError, ValidationError):
            return None

    def save(self, copy: Copy) -> str | None:
        """Replace the copy; return in words why that was not possible, else nothing."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.path, copy.model_dump_json() + "\n")
        except OSError as error:
            return f"the last good copy {self.path} cannot be written: {error.strerror}"
        return None
