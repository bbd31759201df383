"""The how-to names every setting of the offices that we ship."""

from pathlib import Path

import pytest

from sdm.user_office.duo import DuoSettings
from sdm.user_office.scicat import ScicatSettings

HOW_TO = Path(__file__).parents[3] / "docs/how-to/connect-the-user-office.md"


@pytest.mark.parametrize("settings", [DuoSettings, ScicatSettings])
def test_every_setting_is_described(settings):
    text = HOW_TO.read_text()
    assert [name for name in settings.model_fields if f"`{name}`" not in text] == []
