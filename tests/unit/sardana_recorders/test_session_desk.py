"""A session is not switched from within a scan."""

import pytest

from sardana_recorders.session_desk import SessionError, refuse_in_a_scan


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


def test_a_macro_of_its_own_or_of_a_sequence_may_switch() -> None:
    refuse_in_a_scan(PlainMacro("newsession"))
    refuse_in_a_scan(PlainMacro("newsession", PlainMacro("night_shift")))


def test_a_hook_of_a_scan_however_deep_may_not() -> None:
    scan = PlainMacro("ascan", PlainMacro("night_shift"), scan=object())
    with pytest.raises(SessionError, match="not while ascan runs: wait for its end"):
        refuse_in_a_scan(PlainMacro("newsession", PlainMacro("my_hook", scan)))
