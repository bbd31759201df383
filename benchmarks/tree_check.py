"""A check of a visit of 100,000 folders through the file worker, beside a bare walk; then locking it."""

import os
from pathlib import Path

from benchmarks.measure import Group, Number, in_turns, milliseconds, ratios, seconds
from benchmarks.place import Place
from scizoo.services.site import principals
from sdm.folders.file_worker import FileWorker
from sdm.folders.plan import FolderPlan, plan_visit
from sdm.path_rules import Place as DataPlace
from sdm.rule_files import load_rules
from sdm.site_part import plan_site_part

FOLDERS, IN_EACH = 100_000, 100
ROUNDS = 5
BEAMLINE = "bench"


def run(place: Place) -> Group:
    """Take the numbers."""
    files = FileWorker(timeout_s=30)
    try:
        plan = _visit(place.beamline.folder.data("tree"), files)
        made_s = seconds(lambda: _fill(Path(plan.end) / "raw"))
        place.tell(f"{FOLDERS} folders made in {made_s:.0f} s")
        look = in_turns(
            {
                "check": lambda: seconds(lambda: files.check_tree(plan)),
                "walk": lambda: seconds(lambda: _bare_walk(plan.end)),
            },
            ROUNDS,
        )
        lock_s = seconds(lambda: files.lock(plan))
        closed = [seconds(lambda: files.check_closed([plan])) for _ in range(ROUNDS)]
    finally:
        files.close()
    return Group(
        f"PathFixer: the tree of a visit, {FOLDERS} folders",
        [
            Number("check of the whole tree", "ms", milliseconds(look["check"])),
            Number("bare os.walk with a stat each", "ms", milliseconds(look["walk"])),
            Number("ratio", "", ratios(look["check"], look["walk"])),
            Number("locking it, and looking what is writable after", "ms", milliseconds([lock_s])),
            Number("check that nothing is writable", "ms", milliseconds(closed)),
        ],
    )


def _visit(root: Path, files: FileWorker) -> FolderPlan:
    rules, who = load_rules("maxiv_v1"), principals()
    for part in plan_site_part(rules, str(root), BEAMLINE, who):
        files.make(part)
    where = DataPlace(category="visitors", beamline=BEAMLINE, proposal="20260101", visit="20260914")
    plan = plan_visit(rules, str(root), where, who)
    files.make(plan)
    return plan


def _fill(raw: Path) -> None:
    for sample in range(FOLDERS // IN_EACH):
        folder = raw / f"sample{sample:04d}"
        folder.mkdir()
        for number in range(IN_EACH - 1):
            (folder / f"scan{number:02d}").mkdir()


def _bare_walk(folder: str) -> int:
    count = 0
    for parent, names, _ in os.walk(folder):
        for name in names:
            os.stat(f"{parent}/{name}", follow_symlinks=False)  # noqa: PTH116 - the cheapest way is what is compared
            count += 1
    return count
