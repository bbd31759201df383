"""The page of fault points names each of them, and a test that is there."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
PAGE = CHECKOUT / "docs" / "fault-points.md"
ROOMS = ("consumers", "pathfixer", "sardana_recorders", "scidog", "scifish", "scifly", "tango_devices")
PLACE = re.compile(r'\breached\("([^"]+)"\)')
GUARDED = re.compile(r'@guarded\("([^"]+)"\)')
ROW = re.compile(r"^\| `([^`]+)` \|.*\| `([^`]+)` \|$", re.MULTILINE)


def places_in_the_code() -> set[str]:
    found: set[str] = set()
    for path in (path for room in ROOMS for path in (CHECKOUT / room).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found |= set(PLACE.findall(text)) | {f"recorder.{place}" for place in GUARDED.findall(text)}
    return found


def test_every_place_has_a_row_and_every_row_its_place() -> None:
    rows = dict(ROW.findall(PAGE.read_text(encoding="utf-8")))
    assert rows.keys() == places_in_the_code()


def test_every_row_names_a_test_that_is_there() -> None:
    for name, test in ROW.findall(PAGE.read_text(encoding="utf-8")):
        assert (CHECKOUT / test).is_file(), f"{name}: {test}"
