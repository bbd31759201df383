"""People read one line that says what is wrong, not a stack of CORBA."""

import pytest
import tango

from scifish.tango_errors import LONGEST, reason_of_attribute, reason_of_call


def stack(*pairs):
    errors = []
    for reason, description in pairs:
        error = tango.DevError()
        error.reason, error.desc = reason, description
        errors.append(error)
    return errors


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        (["API_CorbaException", "API_DeviceTimedOut"], "no answer within the time limit of a call"),
        (["API_CorbaException", "API_CantConnectToDevice"], "not running, or its host cannot be reached"),
        (["API_DeviceNotExported", "API_CantConnectToDevice"], "not running"),
        (["DB_DeviceNotDefined", "API_CommandFailed"], "not defined in the Tango database"),
        (["PyDs_PythonError", "API_AttributeFailed"], "what PyDs_PythonError says"),
    ],
)
def test_the_most_telling_reason_of_a_call_is_told(reasons, words):
    assert reason_of_call(stack(*[(reason, f"what {reason} says") for reason in reasons])) == words


def test_a_device_is_quoted_with_its_first_line():
    assert (
        reason_of_attribute(stack(("X", "\n ValueError: closed\nTraceback"), ("Y", "y")))
        == "ValueError: closed"
    )


def test_a_time_out_that_the_device_itself_suffered_is_not_taken_for_its_own():
    assert reason_of_attribute(stack(("API_DeviceTimedOut", "the PLC is silent"))) == "the PLC is silent"


def test_a_long_text_is_cut_and_none_is_said():
    assert len(reason_of_attribute(stack(("X", "x" * 999)))) == LONGEST
    assert reason_of_attribute(stack(("X_Reason", "  "))) == "X_Reason"
    assert reason_of_attribute([]) == "no reason given"
