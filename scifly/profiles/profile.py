"""One acquisition profile: data, not code. A new program at a beamline is a new YAML file."""

import unicodedata
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from scifly.settling import SettlingRule

Pattern = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
WhenModified = Literal["revise", "capture", "ignore"]


class Profile(BaseModel):
    """What is a data file of a program, and what is done with it.

    A pattern without ``/`` is compared with the file's name, one with ``/`` with its path below
    the watched folder; ``*`` and ``?`` as in a shell. Case does not count, nor how an accent is
    encoded: the same name reaches us in several ways over SMB.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_: Literal["scifly.profile/1"] = Field(alias="schema")
    name: Name
    program: Name = Field(description="`source.program` of the captures")
    include: tuple[Pattern, ...] = Field(min_length=1, description="files that are captured")
    exclude: tuple[Pattern, ...] = Field(default=(), description="files that never are")
    temporary: tuple[Pattern, ...] = Field(
        default=(), description="names a file has while it is written; captured under its final name"
    )
    busy_beside: tuple[Pattern, ...] = Field(
        default=(), description="a file beside it that says it is in use; {name} is the data file's name"
    )
    settle_s: float = Field(ge=0.2, le=86_400, description="rest, in s, after which a file is complete")
    min_size: int = Field(default=1, ge=1, description="bytes below which a file is never complete")
    when_modified: WhenModified = Field(
        default="revise",
        description="a captured file changed: tell its capture anew, make another capture, or nothing",
    )
    revise_within_s: float = Field(
        default=86_400,
        ge=0,
        le=604_800,
        description="changed later than this after its capture, only its size and time are amended",
    )
    data_format: dict[Pattern, str] = Field(default={}, description="format by suffix, e.g. .nxs: NeXus")

    @field_validator("data_format")
    @classmethod
    def _suffixes(cls, formats: dict[str, str]) -> dict[str, str]:
        for suffix in formats:
            if not suffix.startswith("."):
                raise ValueError(f"{suffix!r} is not a suffix such as .txt")
        return {suffix.casefold(): name for suffix, name in formats.items()}

    @property
    def rule(self) -> SettlingRule:
        """Return when its files are complete."""
        return SettlingRule(self.settle_s, self.min_size)

    def wants(self, path: PurePosixPath) -> bool:
        """Tell whether a file is one of the program's data files."""
        return _any(self.include, path) and not _any((*self.exclude, *self.temporary), path)

    def expects(self, path: PurePosixPath) -> bool:
        """Tell whether a file may become a data file, under another name."""
        return _any(self.temporary, path) and not _any(self.exclude, path)

    def signs_of_use(self, name: str) -> list[str]:
        """Return the names beside a data file that say it is in use."""
        return [pattern.replace("{name}", name) for pattern in self.busy_beside]

    def format_of(self, path: PurePosixPath) -> str | None:
        """Return the format that the suffix tells; None for an unknown one."""
        return self.data_format.get(path.suffix.casefold())


def _any(patterns: tuple[str, ...], path: PurePosixPath) -> bool:
    return any(
        fnmatchcase(_plain(str(path) if "/" in pattern else path.name), _plain(pattern))
        for pattern in patterns
    )


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
