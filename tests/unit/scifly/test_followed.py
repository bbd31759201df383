"""Where SciFly follows a session to, and whose a file of a folder is that was left."""

from datetime import datetime, timedelta, timezone

import pytest

from scifish.context import KnownSession
from scifish.errors import SettingsError
from scifish.session import Session
from scifish.settings import Settings, parse_station
from scifly.followed import Followed, folder_to_follow, is_old, kept, overlap
from scifly.opening import station_of

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=timezone.utc)
RAW = "/data/visitors/demo/20260101/20261121/raw"
HALF_A_DAY = 43_200


def session(**facts):
    return Session.model_validate({"revision": 1, "beamline": "demo", "state": "open", "path": RAW, **facts})


def test_an_open_session_is_followed_to_its_raw_folder():
    assert folder_to_follow(session(unowned_path="/data/unowned/demo")) == RAW


def test_a_closed_one_to_the_folder_for_unowned_files():
    closed = session(state="closed", path="", unowned_path="/data/unowned/demo")
    assert folder_to_follow(closed) == "/data/unowned/demo"


def test_or_nowhere():
    assert folder_to_follow(session(state="closed", path="")) == ""


@pytest.mark.parametrize("path", ["raw", "/", "/data", "/data/../etc/x", "/data/x\ny/raw", "//"])
def test_a_path_that_is_none_is_refused_with_its_text(path):
    with pytest.raises(ValueError, match="PathFixer's session names"):
        folder_to_follow(session(path=path))


def followed(heard_before_s=0.0, current=True, **facts):
    known = KnownSession(session(proposal="20260101", **facts), "live", 0.0)
    return Followed(known, NOW - timedelta(seconds=heard_before_s), current)


def test_a_file_of_the_current_folder_belongs_to_its_session():
    context = followed().context(RAW, HALF_A_DAY, NOW)
    assert (context.assignment, context.proposal, context.context_origin) == ("assigned", "20260101", "live")


def test_one_of_a_folder_that_was_left_too_as_by_a_session_known_before():
    context = followed(600, current=False).context(RAW, HALF_A_DAY, NOW)
    assert (context.assignment, context.context_origin, context.context_age_s) == ("assigned", "cached", 600)


@pytest.mark.parametrize(
    ("span_s", "facts"),
    [(HALF_A_DAY, {}), (-60, {}), (600, {"visit_ends_at": NOW - timedelta(seconds=1)})],
    ids=["left too long ago", "clock set back", "visit ended"],
)
def test_but_never_by_a_guess(span_s, facts):
    context = followed(span_s, current=False, **facts).context(RAW, HALF_A_DAY, NOW)
    assert (context.assignment, context.proposal) == ("none", None)


def test_a_folder_of_an_earlier_life_comes_with_its_session_and_age():
    heard_ns = int((NOW - timedelta(seconds=60)).timestamp() * 1e9)
    context = kept(session(proposal="20260101").model_dump_json(), heard_ns).context(RAW, HALF_A_DAY, NOW)
    assert (context.proposal, context.context_age_s) == ("20260101", 60)


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        (RAW, False),
        (f"{RAW}/s01", True),
        ("/data/visitors", True),
        (f"{RAW}2", False),
        ("/data/unowned", False),
    ],
)
def test_a_file_is_never_followed_in_two_folders(other, overlaps):
    assert overlap(RAW, other) is overlaps


def test_a_folder_is_old_after_a_span():
    assert is_old(NOW - timedelta(seconds=61), NOW, 60) and not is_old(NOW - timedelta(seconds=59), NOW, 60)


LINES = (
    "demo/ctl/scifly-02=demo/ctl/sdm-02,demo/ctl/scidog-02,right",
    "*=demo/ctl/sdm-01,demo/ctl/scidog-01",
)
SETTINGS = Settings(
    beamline="demo", facility="maxiv", pid_prefix="20.500", stations=tuple(map(parse_station, LINES))
)


@pytest.mark.parametrize(
    ("device", "path_fixer", "found"),
    [
        ("demo/ctl/scifly-01", None, "demo/ctl/sdm-01"),
        ("Demo/ctl/SciFly-02", None, "demo/ctl/sdm-02"),
        ("demo/ctl/scifly-01", "DEMO/ctl/sdm-02", "demo/ctl/sdm-02"),
    ],
)
def test_the_line_of_sessions_that_counts(device, path_fixer, found):
    assert station_of(SETTINGS, device, path_fixer).path_fixer == found


def test_a_path_fixer_that_no_line_names_is_told_with_the_line_to_add():
    with pytest.raises(SettingsError, match=r"add demo/ctl/scifly-01=x/y/z,<SciDog>"):
        station_of(SETTINGS, "demo/ctl/scifly-01", "x/y/z")
