"""Reading rule sets: the shipped ones by name, a site's own by path."""

from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import ValidationError

from sdm.errors import RulesError
from sdm.path_rules import PathRules


def load_rules(name: str) -> PathRules:
    """Return a rule set.

    Parameters
    ----------
    name
        Name of a shipped rule set, e.g. ``maxiv_v1``, or an absolute path of a YAML file.

    Raises
    ------
    RulesError
        There is none of that name, or it cannot be understood; the text says where.
    """
    try:
        return PathRules.model_validate(yaml.safe_load(_read(name)))
    except yaml.YAMLError as error:
        raise RulesError(f"rule set {name!r} is no YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise RulesError(f"rule set {name!r}: {place}: {first['msg']}") from None


def shipped_rules() -> list[str]:
    """Return the names of the shipped rule sets."""
    return sorted(item.name[:-5] for item in files("sdm.rules").iterdir() if item.name.endswith(".yaml"))


def _read(name: str) -> str:
    try:
        if name.startswith("/"):
            return Path(name).read_text(encoding="utf-8")
        return files("sdm.rules").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    except OSError as error:
        shipped = ", ".join(shipped_rules())
        raise RulesError(f"rule set {name!r}: {error.strerror} (shipped: {shipped})") from None
