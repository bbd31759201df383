"""Acting as other users by numeric id: the service account, a member of the proposal's group, a stranger.

No accounts are needed, only root.
"""

import subprocess
import sys
from pathlib import Path

from sdm.folders.file_calls import Answer, Call, Line
from sdm.folders.plan import FolderPlan, Principals, plan_visit
from sdm.path_rules import Place
from sdm.rule_files import load_rules
from sdm.site_part import plan_site_part
from sdm.testing.files_here import FilesHere
from tests.open_to_all import let_everybody_enter

SERVICE, MEMBER, STRANGER, DETECTOR = 61001, 61002, 61003, 61004
BEAMLINE_GROUP, PROPOSAL_GROUP = 61010, 61020
MEMBER_OF_BOTH = [BEAMLINE_GROUP, PROPOSAL_GROUP]
RULES = load_rules("maxiv_v1")
PLACE = Place(category="visitors", beamline="demo", proposal="20260101", visit="20260914")
WHO = Principals(
    site_owner=0, site_group=0, service=SERVICE, beamline=BEAMLINE_GROUP, proposal=PROPOSAL_GROUP
)


def as_user(uid: int, groups: list[int], command: list[str], text: str = "") -> subprocess.CompletedProcess:
    names = ",".join(str(group) for group in groups)
    who = ["setpriv", f"--reuid={uid}", f"--regid={groups[0]}", f"--groups={names}", "--"]
    return subprocess.run([*who, *command], input=text, capture_output=True, text=True, timeout=120)


def as_service(call: Call, groups: list[int]) -> Answer:
    """Import first, as root, then become the account: it may not read the folder this project lies in."""
    become = f"os.setgroups({groups}); os.setresgid(*[{groups[0]}] * 3); os.setresuid(*[{SERVICE}] * 3)"
    command = [
        sys.executable,
        "-c",
        f"import os, sdm.folders.file_worker as w; os.umask(0); {become}; w.main()",
    ]
    text = call.model_dump_json() + "\n"
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answer = Line.model_validate_json(done.stdout.splitlines()[-1]).answer
    assert answer is not None
    return answer


def shell(uid: int, groups: list[int], script: str) -> bool:
    return as_user(uid, groups, ["sh", "-c", script]).returncode == 0


def member(script: str) -> bool:
    return shell(MEMBER, [PROPOSAL_GROUP], script)


def site_s_plan(root: Path) -> FolderPlan:
    """Make the site's part below a folder that everybody may enter, and return a visit's plan."""
    let_everybody_enter(root)
    files = FilesHere()
    for part in plan_site_part(RULES, str(root), "demo", WHO):
        files.make(part)
    return plan_visit(RULES, str(root), PLACE, WHO)


def visit_of(plan: FolderPlan) -> Path:
    return Path(plan.end)
