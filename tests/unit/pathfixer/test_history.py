"""The history in words, and the sample that is older than its visit."""

from datetime import datetime, timedelta, timezone

import pytest

from pathfixer.sessions import closed_document, history_line, left_folders, stale_sample
from pathfixer.steps import Step
from scifish.session import Session

BEGINS = datetime(2026, 9, 14, tzinfo=timezone.utc)


def session(**changes: object) -> Session:
    facts = {"proposal": "20260101", "visit": "20260914", "sample": "ice", "category": "visitors"}
    return Session.model_validate(
        {"revision": 1, "state": "open", "beamline": "demo", "username": "carlcarl", "sample_path": "/raw"}
        | facts
        | changes
    )


def step(what: str, at: str, of: Session) -> Step:
    return Step.model_validate({"what": what, "at": at, "session": of, "client": "10.0.0.7 pid 7"})


CLOSED = step("closed", "2026-09-14T05:00:00+00:00", closed_document(9, "demo", "/unowned"))
THIS = step("opened", "2026-09-14T06:00:00+00:00", session())


def test_a_sample_chosen_in_this_visit_is_no_warning():
    assert stale_sample([THIS, CLOSED], session(), BEGINS) is None
    assert stale_sample([THIS], session(sample=None), BEGINS) is None


@pytest.mark.parametrize(
    "earlier",
    [
        step("sample", "2026-09-14T04:00:00+00:00", session(proposal="20250003")),
        step("sample", "2026-09-14T04:00:00+00:00", session(visit="20260701")),
        step("opened", "2026-09-13T22:00:00+00:00", session()),
    ],
)
def test_a_sample_left_over_from_before_the_visit_is_a_warning(earlier):
    told = stale_sample([THIS, CLOSED, earlier], session(), BEGINS)
    assert told == f"sample 'ice' was chosen at {earlier.at}, before this visit: write Sample anew"


def test_writing_the_sample_anew_confirms_it():
    earlier = step("sample", "2026-09-13T04:00:00+00:00", session())
    anew = step("sample", "2026-09-14T07:00:00+00:00", session())
    assert stale_sample([anew, THIS, CLOSED, earlier], session(), BEGINS) is None


def test_another_sample_between_ends_the_old_one():
    between = step("sample", "2026-09-14T05:30:00+00:00", session(sample="water"))
    earlier = step("sample", "2026-09-13T04:00:00+00:00", session())
    assert stale_sample([THIS, between, earlier], session(), BEGINS) is None


def test_the_code_of_another_proprietary_proposal_is_another_sample():
    theirs = step("sample", "2026-09-13T04:00:00+00:00", session(proposal="7", sample="s01"))
    ours = session(sample="s01", category="proprietary")
    now = THIS.model_copy(update={"session": ours})
    assert stale_sample([now, theirs], ours, BEGINS) is None


def test_folders_left_are_those_of_the_session_s_earlier_samples():
    def of(opened: datetime, path: str) -> Step:
        return step("sample", "2026-09-14T06:00:00+00:00", session(opened_at=opened, sample_path=path))

    now, before = BEGINS, BEGINS - timedelta(days=1)
    steps = [of(now, "/raw/b"), of(now, "/raw/a"), of(now, "/raw"), CLOSED, of(before, "/raw/old")]
    assert left_folders(steps, steps[0].session) == {"/raw/a", "/raw"}
    assert left_folders([of(now, "/raw/a"), *steps], session(opened_at=now, sample_path="/raw/a")) == {
        "/raw/b",
        "/raw",
    }


def test_a_line_of_the_history_says_who_what_when_from_where_and_why():
    forced = THIS.model_copy(update={"who": "lismei", "reason": "forced: night shift, although x runs"})
    assert history_line(forced) == (
        "2026-09-14T06:00:00+00:00 opened 20260101 /raw for carlcarl, "
        "asked by lismei from 10.0.0.7 pid 7, forced: night shift, although x runs"
    )
    assert history_line(CLOSED) == "2026-09-14T05:00:00+00:00 closed, asked by 10.0.0.7 pid 7"
