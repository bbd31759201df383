"""What root does to a visit of a PathFixer that is older than its membership in the proposal's group."""

import stat
from datetime import datetime, timezone
from pathlib import Path

import pytest

from pathfixer.visits.record import Event, VisitRecord
from scizoo.visits_as_root import NotForRootError, lock_rest, unlock_all
from sdm.folders.file_calls import Call
from sdm.folders.plan import FolderPlan
from sdm.folders.progress import quiet
from sdm.folders.sheets import sheet_name
from tests.integration.sdm.as_others import (
    BEAMLINE_GROUP,
    MEMBER,
    MEMBER_OF_BOTH,
    PLACE,
    PROPOSAL_GROUP,
    SERVICE,
    as_service,
    shell,
    site_s_plan,
    visit_of,
)

pytestmark = pytest.mark.needs_root

BEGIN = datetime(2026, 9, 14, 6, tzinfo=timezone.utc)


@pytest.fixture
def plan(tmp_path: Path) -> FolderPlan:
    """A visit of a service account that is a member of the proposal's group."""
    plan = site_s_plan(tmp_path)
    as_service(Call(name="make", plan=plan), MEMBER_OF_BOTH)
    assert shell(SERVICE, MEMBER_OF_BOTH, f"touch {plan.end}/raw/scan.h5")
    assert shell(MEMBER, [PROPOSAL_GROUP], f"touch {plan.end}/raw/theirs.h5")
    return plan


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def path_fixer_does(plan: FolderPlan, event: Event, groups: list[int]) -> None:
    """Write the sheet, then change the modes, as a process with these groups can."""
    record = VisitRecord(event=event, at=BEGIN, path=plan.end, place=PLACE, starts_at=BEGIN)
    text = record.model_dump_json(by_alias=True)
    assert as_service(Call(name="write_sheet", plan=plan, text=text), groups).error is None
    call = "unlock" if event == "reopened" else "lock"
    assert as_service(Call(name=call, plan=plan), groups).error is None


def test_what_an_older_process_could_not_lock_root_locks_when_it_was_closed(plan):
    path_fixer_does(plan, "closed", [BEAMLINE_GROUP])
    visit = visit_of(plan)
    assert mode(visit) == 0o3770, "the process would lose setgid"
    report = lock_rest(str(visit), "maxiv_v1", plan.root, quiet)
    assert report.complete
    assert (mode(visit), mode(visit / "raw"), mode(visit / "raw/theirs.h5")) == (0o3550, 0o2550, 0o440)


def test_what_an_older_process_could_not_unlock_root_unlocks_when_it_was_opened_again(plan):
    path_fixer_does(plan, "closed", MEMBER_OF_BOTH)
    path_fixer_does(plan, "reopened", [BEAMLINE_GROUP])
    visit = visit_of(plan)
    assert mode(visit) == 0o3550
    unlock_all(str(visit), "maxiv_v1", plan.root, quiet)
    assert (mode(visit), mode(visit / "raw")) == (0o3770, 0o2770)
    assert mode(visit / "raw/scan.h5") == 0o440


@pytest.mark.parametrize("sheet", ["", "{", "of a member"])
def test_a_visit_that_path_fixer_has_not_closed_is_left_alone(plan, sheet):
    path_fixer_does(plan, "opened" if not sheet else "closed", [BEAMLINE_GROUP])
    file = Path(plan.end).with_name(sheet_name("20260914"))
    if sheet == "of a member":
        shell(0, [0], f"chown {MEMBER} {file}")
    elif sheet:
        file.write_text(sheet)
    with pytest.raises(NotForRootError, match="PathFixer closes it first"):
        lock_rest(plan.end, "maxiv_v1", plan.root, quiet)
    assert mode(Path(plan.end, "raw/theirs.h5")) & 0o200
