"""What SciFly says when it cannot begin."""

from pathlib import Path

import pytest

from scifish.errors import SettingsError
from scifly.opening import open_service
from scifly.service import Options


def test_a_missing_state_folder_is_named_with_what_to_do(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("SCIZOO_STATE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=r"none does not exist: make it with mode 2770 setgid"):
        open_service("b311a/ctl/scifly-01", None, [], Options(5, 60, 3600))
