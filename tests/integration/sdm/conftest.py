from pathlib import Path

import pytest

from sdm.folders.plan import FolderPlan
from tests.integration.sdm.as_others import site_s_plan


@pytest.fixture
def plan(tmp_path: Path) -> FolderPlan:
    """Return the plan of a visit below the site's part."""
    return site_s_plan(tmp_path)
