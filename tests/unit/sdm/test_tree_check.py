"""The whole tree of a visit: drift by kind, with counts, examples and root's command."""

import os
import stat
import subprocess
import threading
import time

import pytest

from sdm.errors import FolderError
from sdm.folders.access import Account, may
from sdm.folders.acl import ENTER, READ, WRITE, parse_acl, to_bytes
from sdm.folders.acl_calls import number_of
from sdm.folders.file_calls import Answer, Line, as_line
from sdm.folders.file_worker import FileWorker
from sdm.folders.plan import plan_visit
from sdm.folders.progress import Pace, Progress
from sdm.folders.tree_walk import DEEPEST, printable
from sdm.folders.walk import FolderState
from sdm.path_rules import Place
from sdm.testing.files_here import FilesHere
from tests.own_tree import ME, RULES, make_site_part

PLACE = Place(category="visitors", beamline="demo", proposal="20260101", visit="20260914")
files = FilesHere()


@pytest.fixture
def plan(tmp_path):
    make_site_part(tmp_path)
    plan = plan_visit(RULES, str(tmp_path), PLACE, ME)
    files.make(plan)
    return plan


@pytest.fixture
def raw(plan, tmp_path):
    return tmp_path / "visitors/demo/20260101/20260914/raw"


def bad(plan) -> list[tuple[str, str]]:
    return [(one.finding, one.cure) for one in files.check_tree(plan) if not one.ok]


def test_a_new_tree_has_no_drift(plan, raw):
    (raw / "scan.h5").touch()
    findings = files.check_tree(plan)
    assert [(one.part, one.ok) for one in findings] == [("tree", True)]
    assert "7 entries" in findings[0].finding


def test_files_that_the_group_cannot_read_are_named_with_the_command(plan, raw):
    for number in range(5):
        (raw / f"f{number}").touch()
        (raw / f"f{number}").chmod(0o600)
    ((finding, cure),) = bad(plan)
    assert finding.startswith(f"files that the group cannot read in {plan.end}: 5 (")
    assert finding.endswith(", ...)")
    assert cure == f"as root: find {plan.end} -xdev -type f -exec chmod g+r {{}} +"


def test_the_group_s_rights_are_those_of_the_list_where_there_is_one(plan, raw):
    (raw / "scan.h5").touch()
    text = "u::rw-,g::---,u:#61003:rw-,m::rw-,o::---"
    os.setxattr(raw / "scan.h5", "system.posix_acl_access", to_bytes(parse_acl(text), number_of))
    assert stat.S_IMODE((raw / "scan.h5").stat().st_mode) & 0o040
    assert "files that the group cannot read" in bad(plan)[0][0]
    text = f"u::rw-,g::---,g:#{os.getegid()}:r--,m::rw-,o::---"
    os.setxattr(raw / "scan.h5", "system.posix_acl_access", to_bytes(parse_acl(text), number_of))
    assert bad(plan) == []


def test_who_is_let_in_by_a_list_is_told_and_who_only_stands_in_it_is_not(plan, raw):
    (raw / "scan.h5").touch()

    def allow(text: str) -> None:
        os.setxattr(raw / "scan.h5", "system.posix_acl_access", to_bytes(parse_acl(text), number_of))

    allow("u::rw-,g::rw-,u:#61003:rw-,m::rw-,o::---")
    ((finding, cure),) = bad(plan)
    assert finding.startswith("entries that let more in by their access control list")
    assert f"{raw}/scan.h5" in finding
    assert "setfacl -b" in cure
    allow("u::rw-,g::rw-,u:#61003:-w-,m::r--,o::---")
    assert bad(plan) == []
    allow(f"u::rw-,g::rw-,g:#{os.getegid()}:rw-,m::rw-,o::---")
    assert bad(plan) == []


@pytest.mark.parametrize("mode", [0o770, 0o2750, 0o2777])
def test_a_folder_whose_rights_have_drifted_is_named(plan, raw, mode):
    (raw / "ice").mkdir()
    (raw / "ice").chmod(mode)
    ((finding, cure),) = bad(plan)
    assert f"{raw}/ice" in finding
    assert "-exec chmod 2770" in cure


def test_links_are_named_and_not_followed(plan, raw):
    (raw / "loop").symlink_to(raw)
    ((finding, _),) = bad(plan)
    assert finding == f"links in {plan.end}: 1 ({raw}/loop)"


def test_names_that_are_no_text_are_told_with_escapes(plan, raw):
    subprocess.run(
        ["sh", "-c", f"umask 077; cd {raw}; mkdir d; printf x > \"$(printf 'a\\377\\033b')\""], check=True
    )
    (raw / os.fsdecode(b"a\xff\x1bb")).chmod(0)
    ((finding, _),) = bad(plan)
    assert r"a\\xff\x1bb" in finding
    assert printable("plain äö.h5") == "plain äö.h5"


def test_a_tree_too_deep_is_told_and_takes_no_descriptors(plan, raw):
    here = os.open(raw, os.O_RDONLY)
    for _ in range(DEEPEST + 50):
        os.mkdir("d", 0o770, dir_fd=here)
        here, before = os.open("d", os.O_RDONLY, dir_fd=here), here
        os.close(before)
    os.close(here)
    assert any("more than 200 folders deep" in finding for finding, _ in bad(plan))


def test_progress_is_told_at_a_pace():
    told: list[Progress] = []
    pace = Pace(told.append, every_s=0)
    pace.step("/a")
    pace.step("/b")
    assert told == [Progress(done=1, text="/a"), Progress(done=2, text="/b")]
    slow = Pace(told.append, every_s=3600)
    slow.step("/c")
    assert len(told) == 2
    assert slow.done == 1


def test_a_worker_that_tells_of_its_progress_is_not_given_up():
    reader, writer = os.pipe()
    told: list[Progress] = []

    def work() -> None:
        for number in range(5):
            time.sleep(0.5)  # the worker's own pace: all of it lasts longer than the limit of one silence
            os.write(writer, as_line(Line(progress=Progress(done=number, text="/a"))))
        os.write(writer, as_line(Line(answer=Answer())))

    threading.Thread(target=work, daemon=True).start()
    assert FileWorker(timeout_s=2)._listen(reader, told.append) == Answer()
    assert [one.done for one in told] == [0, 1, 2, 3, 4]
    os.close(reader)
    os.close(writer)


def test_a_visit_that_is_not_there_cannot_be_locked(plan, tmp_path):
    gone = plan_visit(RULES, str(tmp_path), PLACE.model_copy(update={"visit": "20260915"}), ME)
    with pytest.raises(FolderError, match="20260915 is not there"):
        files.lock(gone)
    assert files.check_tree(gone) == []


def state(mode: int, acl: str = "") -> FolderState:
    return FolderState(
        path="/d", device=1, inode=1, uid=10, gid=20, mode=mode, acl=parse_acl(acl) if acl else ()
    )


OWNER = Account("owner", 10, frozenset({1}))
IN_GROUP = Account("det", 11, frozenset({1, 20}))
OTHER = Account("other", 12, frozenset({30}))


@pytest.mark.parametrize(
    ("account", "mode", "wanted", "answer"),
    [
        (OWNER, 0o070, READ, False),
        (IN_GROUP, 0o2770, WRITE | ENTER, True),
        (IN_GROUP, 0o2707, READ, False),
        (OTHER, 0o2770, ENTER, False),
        (OTHER, 0o2775, ENTER, True),
        (Account("root", 0, frozenset()), 0, WRITE, True),
    ],
)
def test_access_is_computed_as_linux_decides_it(account, mode, wanted, answer):
    assert may(account, state(mode), wanted) is answer


@pytest.mark.parametrize(
    ("account", "acl", "answer"),
    [
        (OTHER, "u::rwx,g::---,u:#12:rwx,o::---", True),
        (OTHER, "u::rwx,g::---,u:#12:rwx,m::r--,o::---", False),
        (OTHER, "u::rwx,g::---,g:#30:rwx,o::---", True),
        (IN_GROUP, "u::rwx,g::rwx,u:#11:---,o::rwx", False),
    ],
)
def test_access_is_computed_with_the_list(account, acl, answer):
    assert may(account, state(0o2770, acl), WRITE | ENTER) is answer
