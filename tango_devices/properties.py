"""Device properties: read from the Tango database, validated by a pydantic model.

The control system's habit is to configure a device by its properties. Ours are validated as a
whole when the device is initialised; a wrong one is FAULT with a sentence, a property nobody knows
is ALARM, named. Properties that Tango itself stores on a device are not ours to judge.
"""

import re
import typing
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_pascal

OWN_OF_TANGO = re.compile(
    r"(polled_attr|polled_cmd|non_auto_polled_\w+|cmd_min_poll_period|attr_min_poll_period|min_poll_period"
    r"|\w*_poll_\w*|poll_\w+|logging_\w+|blackbox_depth|doc_url|projecttitle|description|inheritedfrom"
    r"|_.*)\Z",
    re.IGNORECASE,
)
"""Enabling polling or logging in Jive leaves these behind (measured)."""


class Properties(BaseModel):
    """Base of the properties of one device class; field ``state_directory`` is ``StateDirectory``."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_pascal, populate_by_name=True)


class PropertyError(Exception):
    """A declared property is missing or cannot be understood; the text names it and its value."""


Model = TypeVar("Model", bound=Properties)


def parse_properties(model: type[Model], stored: Mapping[str, list[str]]) -> Model:
    """Return the validated properties.

    Parameters
    ----------
    model
        The device class's properties.
    stored
        Property name to lines, as the Tango database has them; names are case-insensitive.

    Raises
    ------
    PropertyError
        With every wrong property, its value and what it should be.
    """
    fields = {to_pascal(name).lower(): field for name, field in model.model_fields.items()}
    names = {to_pascal(name).lower(): to_pascal(name) for name in model.model_fields}
    given = {
        names[key.lower()]: _plain(lines, fields[key.lower()].annotation)
        for key, lines in stored.items()
        if key.lower() in fields and any(line.strip() for line in lines)
    }
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise PropertyError(_explain(error)) from None


def unknown_properties(model: type[Properties], names: Iterable[str]) -> list[str]:
    """Return the stored names that are neither ours nor Tango's own."""
    known = {to_pascal(name).lower() for name in model.model_fields}
    return [name for name in names if name.lower() not in known and not OWN_OF_TANGO.match(name)]


def _plain(lines: list[str], annotation: Any) -> Any:
    kept = [line.strip() for line in lines if line.strip()]
    many = typing.get_origin(annotation) in (list, tuple)
    return kept if many else "\n".join(kept)


def _explain(error: ValidationError) -> str:
    lines = []
    for item in error.errors(include_url=False):
        name = str(item["loc"][0]) if item["loc"] else "properties"
        if item["type"] == "missing":
            lines.append(f"property {name} is missing: set it in Jive and run Init")
        else:
            lines.append(f"property {name}: {item['msg']} (is {item.get('input')!r})")
    return "; ".join(lines)
