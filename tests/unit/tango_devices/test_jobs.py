"""Jobs: long work that people can watch."""

import json
import threading

import pytest

from tango_devices.jobs import JobRefusedError, Jobs


def in_thread(function):
    threading.Thread(target=function, daemon=True).start()


@pytest.fixture
def changed():
    return threading.Semaphore(0)


@pytest.fixture
def jobs(changed):
    return Jobs(changed.release, in_thread)


def last(lines):
    return json.loads(lines[-1])


def finish(jobs, changed, job):
    while any(json.loads(line)["state"] == "running" for line in jobs.states() if job in line):
        assert changed.acquire(timeout=60)


def test_a_job_tells_its_progress_and_its_result(jobs, changed):
    go_on = threading.Event()

    def work(job):
        job.progress(1, 3, "reading")
        assert go_on.wait(60)
        return {"found": 2}

    name = jobs.start("check", work)
    assert changed.acquire(timeout=60) and changed.acquire(timeout=60)
    assert last(jobs.progresses()) == {"id": name, "kind": "check", "done": 1, "of": 3, "text": "reading"}
    go_on.set()
    finish(jobs, changed, name)
    assert last(jobs.results()) == {"id": name, "kind": "check", "result": {"found": 2}, "error": None}


def test_a_second_job_of_the_kind_is_refused_naming_the_first(jobs, changed):
    go_on = threading.Event()
    first = jobs.start("check", lambda job: go_on.wait(60))
    with pytest.raises(JobRefusedError, match=first):
        jobs.start("check", lambda job: None)
    other = jobs.start("repair", lambda job: None)
    go_on.set()
    finish(jobs, changed, first)
    finish(jobs, changed, other)
    finish(jobs, changed, jobs.start("check", lambda job: None))


def test_a_failing_job_says_why(jobs, changed):
    name = jobs.start("check", lambda job: 1 / 0)
    finish(jobs, changed, name)
    assert last(jobs.states())["state"] == "failed"
    assert last(jobs.results())["error"] == "ZeroDivisionError: division by zero"


def test_the_last_twenty_are_kept(jobs, changed):
    for _ in range(25):
        finish(jobs, changed, jobs.start("check", lambda job: None))
    assert [json.loads(line)["id"] for line in jobs.states()] == [f"check-{n}" for n in range(6, 26)]
