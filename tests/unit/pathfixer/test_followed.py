"""Which PathFixer a MacroServer follows, out of the properties in the Tango database."""

import pytest

from pathfixer.following.followed import NotFollowedError, choose

BEAMLINE = {"b1/ctl/sdm-01": {"MacroServers": ["macroserver/b1/1", "MacroServer/B1/2"], "Endstations": []}}
STATIONS = {
    "b1-e01/ctl/sdm-01": {"Endstations": ["EA01=macroserver/b1/1, macroserver/b1/3; doors=door/b1/1"]},
    "b1-e02/ctl/sdm-01": {"Endstations": ["EA02=tango://db:10000/macroserver/b1/2"]},
}


@pytest.mark.parametrize(
    "name", ["macroserver/b1/1", "MacroServer/b1/1", "tango://host:10000/macroserver/b1/1"]
)
def test_the_one_that_names_it(name: str) -> None:
    assert choose(name, BEAMLINE) == "b1/ctl/sdm-01"


def test_endstations_count_too() -> None:
    assert choose("macroserver/b1/3", STATIONS) == "b1-e01/ctl/sdm-01"
    assert choose("macroserver/b1/2", STATIONS) == "b1-e02/ctl/sdm-01"


def test_one_that_nobody_names_is_told_with_what_staff_can_do() -> None:
    with pytest.raises(NotFollowedError, match="add macroserver/b1/11 to its property MacroServers"):
        choose("macroserver/b1/11", BEAMLINE)


def test_one_that_two_name_is_told_with_both() -> None:
    with pytest.raises(NotFollowedError, match="named by b1-e01/ctl/sdm-01 and b1/ctl/sdm-01"):
        choose("macroserver/b1/1", {**BEAMLINE, **STATIONS})
