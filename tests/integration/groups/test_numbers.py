"""Numbers that are left to the directory."""

from pathlib import Path

import pytest

from sdm.groups.folder_step import GiveFolder
from tests.integration.groups.conftest import living
from tests.integration.groups.experiments import GROUP, Experiment
from tests.integration.groups.worlds import LocalWorld, World


def test_groupadd_chooses_where_no_range_is_configured(tmp_path: Path):
    for world in living(LocalWorld(tmp_path)):
        with Experiment.of(world, gid_range=None) as experiment:
            assert (
                experiment.planned()[0] == f"make group {GROUP}, gid left to the directory, with det-biomax"
            )
            experiment.applied()
            found = experiment.site.directory.group(GROUP)
            assert found is not None
            assert found.gid is not None
            assert experiment.planned() == []


@pytest.mark.needs_root
@pytest.mark.parametrize("naming_world", ["samba"], indirect=True)
def test_active_directory_needs_no_gid_and_the_folder_waits_for_this_machine_to_know_one(naming_world: World):
    with Experiment.of(naming_world, gid_range=None, posix=None) as experiment:
        results = experiment.apply_all()
        folder = next(result for result in results if isinstance(result.step, GiveFolder))
        assert folder.reason == f"this machine knows no gid of {GROUP} yet: sss_cache -G, then again"
        assert {result.state for result in results if result is not folder} == {"done"}
        found = experiment.site.directory.group(GROUP)
        assert found is not None
        assert found.gid is None
        assert experiment.planned() == []
