"""The proposal's folder is made and handed over in the same run; that takes root, or two capabilities."""

import stat
import subprocess
from pathlib import Path

import pytest

from sdm.groups.account_steps import read_account
from sdm.groups.folder_step import GiveFolder
from tests.integration.groups.experiments import GROUP, NUMBER, Experiment
from tests.open_to_all import let_everybody_enter

pytestmark = pytest.mark.needs_root

STRANGER_GROUP = 61010


@pytest.fixture
def folder(experiment: Experiment) -> Path:
    """Where the proposal's folder belongs; everybody may walk there, as on a real storage."""
    root = experiment.world.data_root
    let_everybody_enter(root)
    return root / "visitors/biomax" / NUMBER


def applied_folder(experiment: Experiment) -> list[tuple[str, str]]:
    """Apply, and return what became of the folder."""
    results = experiment.apply_all()
    return [(one.state, one.reason) for one in results if isinstance(one.step, GiveFolder)]


def service_uid(experiment: Experiment) -> int:
    uid = read_account(experiment.site, "svc-biomax").posix.uid
    assert uid is not None
    return uid


def rights(path: Path) -> tuple[int, int, str]:
    facts = path.stat()
    return facts.st_uid, facts.st_gid, oct(stat.S_IMODE(facts.st_mode))


def as_user(uid: int, script: str) -> subprocess.CompletedProcess[str]:
    command = ["setpriv", f"--reuid={uid}", f"--regid={STRANGER_GROUP}", "--clear-groups", "sh", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_it_belongs_to_the_service_account_and_the_group(experiment: Experiment, folder: Path):
    assert applied_folder(experiment) == [("done", "")]
    assert rights(folder) == (service_uid(experiment), 60000, "0o2750")
    assert experiment.plan().steps == ()


def test_a_service_account_whose_process_is_older_makes_visits_of_the_right_group(
    experiment: Experiment, folder: Path
):
    applied_folder(experiment)
    uid = service_uid(experiment)
    done = as_user(uid, f"umask 0 && mkdir {folder}/20260914 && mkdir {folder}/20260914/raw")
    assert done.returncode == 0, done.stderr
    assert rights(folder / "20260914/raw")[:2] == (uid, 60000)
    assert rights(folder / "20260914/raw")[2] == "0o2777"


def test_one_that_path_fixer_has_made_without_the_group_is_handed_over(experiment: Experiment, folder: Path):
    folder.mkdir(mode=0o750)
    assert [step.text for step in experiment.plan().steps][
        -1
    ] == f"make {folder} and hand it to group {GROUP}"
    assert applied_folder(experiment) == [("done", "")]
    assert rights(folder) == (service_uid(experiment), 60000, "0o2750")


def test_a_link_in_its_place_is_not_followed(experiment: Experiment, folder: Path, tmp_path: Path):
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(tmp_path / "elsewhere")
    state, reason = applied_folder(experiment)[0]
    assert state == "failed"
    assert "is a link or no folder" in reason
    assert rights(tmp_path / "elsewhere") == (0, 0, "0o700")


def test_where_the_site_has_made_nothing_its_command_is_named(experiment: Experiment, folder: Path):
    folder.parent.rmdir()
    state, reason = applied_folder(experiment)[0]
    assert state == "failed"
    assert f"as root: install -d -o {service_uid(experiment)} -g 5001 -m 2775 {folder.parent}" in reason


def test_a_proprietary_proposal_s_folder_is_among_the_proprietary(experiment: Experiment, folder: Path):
    experiment.people("kim", "lee", type="Proprietary")
    assert applied_folder(experiment) == [("done", "")]
    assert rights(experiment.world.data_root / "proprietary/biomax" / NUMBER)[1] == 60000
    assert not folder.exists()
