"""What may be said over TANGO, whose strings are Latin-1."""

import json

from pydantic import BaseModel

from scidog.errors import RefusedError


def wire_json(model: BaseModel) -> str:
    """Return a model as JSON in ASCII, other characters escaped: nothing is lost on the way."""
    return json.dumps(model.model_dump(mode="json"))


def check_name(name: str) -> str:
    """Return a selection's name; it stands in attributes as it is.

    Raises
    ------
    RefusedError
        When it holds a character that TANGO cannot carry.
    """
    strange = "".join(sorted({letter for letter in name if ord(letter) > 255}))
    if strange:
        raise RefusedError(f"name {name!a} holds {strange!a}, which TANGO cannot carry: choose another name")
    return name
