"""Where a file is no YAML, without a word of it: it may hold secrets, or titles that nobody may read."""

import yaml

HINT = "a text with ': ' or ' #' in it wants quotation marks"


def place_in_yaml(error: yaml.YAMLError | UnicodeDecodeError) -> str:
    """Return the place, for people.

    The words of the error itself are left out: they repeat what stands there.
    """
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is no UTF-8"
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}: {HINT}" if mark else HINT
