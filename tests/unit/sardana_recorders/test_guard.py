import pytest
from sardana.macroserver.msexception import AbortException

from sardana_recorders.guard import guarded


class Work:
    def __init__(self, failure=None, rescue_failure=None):
        self.failure, self.rescue_failure = failure, rescue_failure
        self.calls = []

    @guarded("start")
    def start(self, argument):
        self.calls.append(("start", argument))
        if self.failure:
            raise self.failure

    @guarded("start")
    def library_hides_the_abort(self):
        try:
            raise AbortException
        except AbortException as error:
            raise ValueError("a wrapper's own error") from error

    def interrupted(self, place):
        self.calls.append(("interrupted", place))

    def rescue(self, place, error, *args):
        self.calls.append(("rescue", place, str(error), args))
        if self.rescue_failure:
            raise self.rescue_failure


def test_our_own_error_goes_to_the_rescue_and_no_further():
    work = Work(ValueError("ours"))
    work.start(7)
    assert work.calls == [("start", 7), ("rescue", "start", "ours", (7,))]


def test_an_error_of_the_rescue_goes_no_further_either():
    work = Work(ValueError("ours"), KeyError("again"))
    work.start(7)
    assert len(work.calls) == 2


def test_the_users_abort_passes_after_the_capture_is_closed():
    work = Work(AbortException())
    with pytest.raises(AbortException):
        work.start(7)
    assert work.calls == [("start", 7), ("interrupted", "start")]


def test_an_abort_during_the_rescue_passes():
    work = Work(ValueError("ours"), AbortException())
    with pytest.raises(AbortException):
        work.start(7)


def test_an_abort_that_a_library_turned_into_its_own_error_is_found():
    work = Work()
    with pytest.raises(AbortException):
        work.library_hides_the_abort()
    assert work.calls == [("interrupted", "start")]


def test_an_abort_that_sardana_is_handling_already_is_not_thrown_twice():
    work = Work(ValueError("ours"))
    try:
        raise AbortException
    except AbortException:
        work.start(7)
    assert work.calls[-1][0] == "rescue"


def test_the_fault_point_is_inside_the_guard(monkeypatch):
    monkeypatch.setenv("SCIZOO_FAULT", "recorder.start:raise")
    work = Work()
    work.start(7)
    assert work.calls == [("rescue", "start", "fault injected at recorder.start", (7,))]
