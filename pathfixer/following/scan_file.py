"""The names of the files that Sardana saves scans in, when the site wants to state them. Pure."""

import re

from scifish.session import Session

SCAN_FILE = "ScanFile"

_NAME = re.compile(r"[A-Za-z0-9_{}.-]+\.[A-Za-z][A-Za-z0-9]*\Z")
_FIELDS = {"beamline": "b", "category": "c", "proposal": "p", "visit": "v", "username": "u"}


def check_template(template: str) -> str:
    """Return a template when it makes a file name of the fields of a session; raises ValueError.

    It needs an extension: Sardana takes a text that looks like a number for one.
    """
    try:
        template.format(**_FIELDS)
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(f"{template!r} is no template of {', '.join(_FIELDS)}: {error}") from None
    if not _NAME.match(template):
        raise ValueError(f"{template!r} is not <name>.<extension>, e.g. {{proposal}}_{{visit}}.h5")
    return template


def scan_file_of(templates: tuple[str, ...], session: Session) -> str | list[str]:
    """Return ScanFile for an open session: a text of one template, a list of several."""
    fields = {name: getattr(session, name) for name in _FIELDS}
    names = [template.format(**fields) for template in templates]
    return names[0] if len(names) == 1 else names
