"""Reading the settings of groups."""

from importlib.resources import files
from pathlib import Path

import yaml
from pydantic import ValidationError

from sdm.groups.errors import GroupsSettingsError
from sdm.groups.settings import GroupsSettings
from sdm.yaml_trouble import place_in_yaml

DEFAULT = Path("/etc/scizoo/groups.yaml")


def load_settings(path: Path) -> GroupsSettings:
    """Return the settings of a file.

    Raises
    ------
    GroupsSettingsError
        It cannot be read or understood; the text names file and key.
    """
    try:
        return GroupsSettings.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise GroupsSettingsError(f"{path}: {error.strerror}; --settings names another file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise GroupsSettingsError(f"{path} is no YAML: {place_in_yaml(error)}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"]) or "settings"
        raise GroupsSettingsError(f"{path}: {place}: {first['msg']}") from None


def example() -> str:
    """Return the shipped example, as text."""
    return files("sdm.groups").joinpath("example.yaml").read_text(encoding="utf-8")
