"""``scizoo path``: a place becomes a path, a path a place, by any rule set."""

import json
import os
import stat
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from scizoo.cli.path import command

SLIDE = ["--beamline", "biomax", "--proposal", "20170251", "--visit", "20240121"]


def path(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, words)
    return done.exit_code, done.output.strip()


def test_the_slide_there_and_back():
    code, text = path(*SLIDE, "--sample", "plastic/plastic-s1")
    assert (code, text) == (0, "/data/visitors/biomax/20170251/20240121/raw/plastic/plastic-s1")
    code, found = path("--parse", text)
    assert code == 0
    assert json.loads(found) == {
        "category": "visitors",
        "beamline": "biomax",
        "proposal": "20170251",
        "visit": "20240121",
        "sample": "plastic/plastic-s1",
    }


def test_the_site_part_is_made_by_the_commands_that_are_printed(tmp_path):
    (tmp_path / "data root").mkdir()
    root, me = f"{tmp_path}/data root", f"{os.geteuid()}"
    code, text = path("--site-part", "--beamline", "biomax", "--service", "svc-biomax", "--root", root)
    assert code == 0
    lines = text.splitlines()
    assert f"install -d -o root -g root -m 2755 '{root}/visitors'" in lines
    assert f"install -d -o svc-biomax -g biomax -m 2770 '{root}/staff/biomax/unowned'" in lines
    assert len(set(lines)) == len(lines) == 7
    mine = text.replace("svc-biomax", me).replace("-g biomax", f"-g {os.getegid()}")
    mine = mine.replace("-o root -g root", f"-o {me} -g {os.getegid()}")
    subprocess.run(["sh", "-e"], input=mine, text=True, check=True, timeout=120)
    unowned = Path(root, "staff/biomax/unowned")
    assert [stat.S_IMODE(one.stat().st_mode) for one in (unowned, unowned.parent)] == [0o2770, 0o2775]


def test_another_facility_is_another_word():
    code, text = path("--rules", "esrf_v1", "--parse", "/data/visitor/ma1234/id00/20250509/RAW_DATA/s/s_d")
    assert (code, json.loads(text)["sample"]) == (0, "s/s_d")


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (["--site-part", "--beamline", "biomax"], 2, "--site-part wants --beamline and --service"),
        (["--site-part", "--beamline", "Bio", "--service", "svc"], 1, "beamline 'Bio' is refused"),
        (["--parse", "/data/visitors/biomax/20170251/20240121/raw/../x"], 1, "lies in no visit of maxiv_v1"),
        ([*SLIDE, "--sample", "raw"], 1, "sample 'raw' is refused: this name is reserved"),
        ([*SLIDE[:4], "--visit", "today"], 1, "visit 'today' is refused: maxiv_v1 wants"),
        (["--beamline", "biomax"], 2, "missing: --proposal, --visit"),
        ([*SLIDE, "--rules", "nowhere_v1"], 1, "shipped: esrf_v1, maxiv_v1"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(words, code, reason):
    assert path(*words)[0] == code
    assert reason in path(*words)[1]
