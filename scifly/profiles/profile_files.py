"""Profiles in YAML files: those that are shipped, and a site's own."""

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import yaml
from pydantic import ValidationError

from scifish.messages import explain
from scifly.errors import ProfileError
from scifly.profiles.profile import Profile

SHIPPED = Path(__file__).parent
LARGEST_BYTES = 1_000_000


def load_profiles(names: Iterable[str]) -> tuple[Profile, ...]:
    """Read profiles; the first one that wants a file takes it.

    Parameters
    ----------
    names
        A shipped profile's name such as ``generic``, or the path of a site's YAML file.

    Raises
    ------
    ProfileError
        A file is missing or wrong, or two profiles have one name.
    """
    profiles = tuple(load_profile(_file_of(name)) for name in names)
    found = [profile.name for profile in profiles]
    for name in found:
        if found.count(name) > 1:
            raise ProfileError(f"two profiles are called {name!r}: rename one of them")
    return profiles


def load_profile(path: Path) -> Profile:
    """Read one profile; raise ProfileError with the file, the key and its value."""
    try:
        with path.open("rb") as file:
            document = yaml.safe_load(file.read(LARGEST_BYTES))
        return Profile.model_validate(document)
    except OSError as error:
        raise ProfileError(f"profile {path} cannot be read: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise ProfileError(f"profile {path} is not YAML: {error}") from None
    except ValidationError as error:
        raise ProfileError(f"profile {path}: {explain(error)}") from None


def choose_profile(profiles: Iterable[Profile], path: PurePosixPath) -> Profile | None:
    """Return the profile that wants a file, or expects it to get its final name; None: not ours."""
    return next((profile for profile in profiles if profile.wants(path) or profile.expects(path)), None)


def _file_of(name: str) -> Path:
    return Path(name) if "/" in name else SHIPPED / f"{name}.yaml"
