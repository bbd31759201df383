"""A session is not switched from within a scan; what wants a reason is done for one."""

import pytest

from pathfixer.errors import CommandError, ReasonWantedError
from sardana_recorders.session_desk import SessionError, for_a_reason, refuse_in_a_scan


class PlainMacro:
    """A macro as far as its place among other macros goes."""

    def __init__(self, name: str, parent: "PlainMacro | None" = None, scan: object = None) -> None:
        self._name, self._parent = name, parent
        if scan is not None:
            self._gScan = scan

    def getName(self) -> str:  # noqa: N802 - Sardana's name
        return self._name

    def getParentMacro(self) -> "PlainMacro | None":  # noqa: N802
        return self._parent


def refusal(macro: PlainMacro) -> str:
    """Return why a macro may not switch; empty when it may."""
    try:
        refuse_in_a_scan(macro)
    except SessionError as error:
        return str(error)
    return ""


def test_a_macro_of_its_own_or_of_a_sequence_may_switch() -> None:
    assert refusal(PlainMacro("newsession")) == ""
    assert refusal(PlainMacro("newsession", PlainMacro("night_shift"))) == ""


def test_a_hook_of_a_scan_however_deep_may_not() -> None:
    scan = PlainMacro("ascan", PlainMacro("night_shift"), scan=object())
    hook = PlainMacro("newsession", PlainMacro("my_hook", scan))
    assert "not while ascan runs: wait for its end" in refusal(hook)


class Refusing:
    """Asks for one reason after the other, as a PathFixer does while a macro runs and the office is away."""

    def __init__(self, *fields: str) -> None:
        self.fields = fields
        self.given: list[dict[str, str]] = []

    def __call__(self, reasons: dict[str, str]) -> None:
        self.given.append(reasons)
        for field in self.fields:
            if field not in reasons:
                raise ReasonWantedError("give a reason", field)


def test_a_reason_is_given_only_where_it_is_asked_for() -> None:
    willing, refusing = Refusing(), Refusing("force_reason", "override_reason")
    for_a_reason(willing, "it hangs")
    for_a_reason(refusing, "it hangs")
    assert willing.given == [{}]
    assert refusing.given[-1] == {"force_reason": "it hangs", "override_reason": "it hangs"}


def test_without_a_reason_the_refusal_stands() -> None:
    with pytest.raises(ReasonWantedError):
        for_a_reason(Refusing("force_reason"), "")


def test_another_refusal_is_not_asked_twice() -> None:
    asked: list[dict[str, str]] = []

    def refuse(reasons: dict[str, str]) -> None:
        asked.append(reasons)
        raise CommandError("the user office knows no proposal")

    with pytest.raises(CommandError):
        for_a_reason(refuse, "it hangs")
    assert asked == [{}]
