"""Downloads obey the machine's own configuration: no registry is named anywhere in the set-up."""

import re
from pathlib import Path

import pytest

from bootstrap.layout import CHECKOUT

HOST = re.compile(r"https?://(?!maven\.apache\.org/POM/)\S+|pypi\.org|debian\.org|repo1?\.maven")
FILES = sorted(
    [
        *(path for path in (CHECKOUT / "bootstrap").rglob("*") if path.is_file() and path.suffix != ".pyc"),
        CHECKOUT / "constraints.txt",
        CHECKOUT / "setup.cfg",
    ]
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_registry_is_named(path: Path) -> None:
    assert not HOST.findall(path.read_text(encoding="utf-8"))
