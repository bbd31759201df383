"""The lowest versions are the lower bounds of setup.cfg."""

from pathlib import Path

import pytest

from bootstrap.errors import SetupError
from bootstrap.versions import lower_bounds, write_constraints


def test_lower_bounds_become_pins() -> None:
    lines = ["", "pytango>=10.0.2,!=10.3.0", "PyYAML >= 6.0"]
    assert lower_bounds(lines) == ["pytango==10.0.2", "PyYAML==6.0"]


def test_a_requirement_without_a_lower_bound_is_refused() -> None:
    with pytest.raises(SetupError, match="'click<9' has no lower bound"):
        lower_bounds(["click<9"])


def test_every_requirement_of_ours_has_a_lower_bound(tmp_path: Path) -> None:
    assert "pytango==10.1.2" in write_constraints(tmp_path).read_text().splitlines()
