"""What is seen of a device at one look."""

import json

import pytest

from pathfixer.look import SEEN, Activity, parse_look
from scifish.errors import MessageError
from scifish.session import Session

CLOSED = Session(revision=3, beamline="demo", unowned_path="/data/staff/demo/unowned")
JOBS = [
    {"id": "session-1", "kind": "session", "state": "done"},
    {"id": "check-2", "kind": "check", "state": "running"},
    {"id": "session-3", "kind": "session", "state": "running"},
]
PROGRESSES = [
    {"id": "session-1", "kind": "session", "done": 3, "of": 4, "text": "committing"},
    {"id": "session-3", "kind": "session", "done": 2, "of": 4, "text": "making the folders"},
]


def values(**changes: object) -> dict[str, object]:
    found = dict.fromkeys(SEEN, "")
    return {**found, "State": "STANDBY", "JobState": None, "JobProgress": None, **changes}


def test_a_quiet_device() -> None:
    look = parse_look(values(Session=CLOSED.model_dump_json(by_alias=True)))
    assert (look.session, look.activity) == (CLOSED, None)


def test_a_device_in_fault_has_no_session_to_show() -> None:
    assert parse_look(values(State="FAULT")).session is None


def test_a_session_that_is_none_is_an_error() -> None:
    with pytest.raises(MessageError):
        parse_look(values(Session="{}"))


def test_the_job_that_holds_the_session_is_told_with_its_step_and_others_are_not() -> None:
    jobs, progresses = [json.dumps(job) for job in JOBS], [json.dumps(one) for one in PROGRESSES]
    look = parse_look(values(JobState=jobs, JobProgress=progresses))
    assert look.activity == Activity("session", "making the folders", 2, 4)
    assert parse_look(values(JobState=jobs[:2], JobProgress=progresses)).activity is None
