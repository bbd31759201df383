"""``scizoo path``: a place becomes a path, a path a place, by any rule set."""

import json

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


def test_another_facility_is_another_word():
    code, text = path("--rules", "esrf_v1", "--parse", "/data/visitor/ma1234/id00/20250509/RAW_DATA/s/s_d")
    assert (code, json.loads(text)["sample"]) == (0, "s/s_d")


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
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
