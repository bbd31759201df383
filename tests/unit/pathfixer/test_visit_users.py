"""Who has a visit; who does not answer has it."""

import pytest

from pathfixer.sessions import closed_document
from pathfixer.testing.beamline import BeamlineInMemory, SiblingInMemory
from pathfixer.visits.users import VisitUsers

VISIT = "/data/visitors/demo/20260101/20260914"
SIBLING = "demo-e02/ctl/sdm-01"
SERVER = "macroserver/test/1"


def session(path: str):
    return closed_document(1, "demo", "/unowned").model_copy(update={"state": "open", "path": path})


@pytest.fixture
def beamline() -> BeamlineInMemory:
    return BeamlineInMemory(
        siblings={SIBLING: SiblingInMemory(macro_servers=["macroserver/e02/1"])},
        environments={
            SERVER: {"ScanDir": "/data/staff/demo/unowned"},
            "macroserver/e02/1": {"ScanDir": None},
        },
    )


def users(beamline, path: str = "/data/elsewhere") -> list[str]:
    return VisitUsers(lambda: session(path), beamline, [SIBLING], [SERVER]).of(VISIT)


def test_nobody_has_it_when_all_have_said_so(beamline):
    assert users(beamline) == []


def test_the_own_session_has_it(beamline):
    assert users(beamline, f"{VISIT}/raw") == ["the session of this PathFixer is in it"]


def test_a_sibling_has_it(beamline):
    beamline.siblings[SIBLING].folders = [f"{VISIT}/raw"]
    assert users(beamline) == [f"PathFixer {SIBLING} has it"]


def test_a_sibling_that_does_not_answer_counts_as_having_it(beamline):
    del beamline.siblings[SIBLING]
    assert users(beamline) == [f"PathFixer {SIBLING} does not answer: no answer within 3 s"]


@pytest.mark.parametrize("scope", ["ScanDir", "ascan.ScanDir", "door/x/1.ascan.ScanDir"])
@pytest.mark.parametrize("server", [SERVER, "macroserver/e02/1"])
def test_a_scan_dir_of_any_scope_also_of_a_sibling_s_macro_server_lies_in_it(beamline, scope, server):
    beamline.environments[server][scope] = f"{VISIT}/raw/ice"
    assert users(beamline) == [f"{scope} of {server} lies in it"]


def test_a_macro_server_that_does_not_answer_may_have_it(beamline):
    del beamline.environments[SERVER]
    assert users(beamline) == [f"{SERVER} may have it: cannot be read: no answer"]


def test_a_macro_that_runs_may_write_there_whatever_scan_dir_says_now(beamline):
    beamline.running[SERVER] = ["door/test/1"]
    assert users(beamline) == ["a macro runs on door/test/1"]
