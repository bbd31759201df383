"""Set points and requests."""

from datetime import datetime, timedelta, timezone

import pytest

from pathfixer.errors import RefusedError
from pathfixer.open_request import OpenRequest, parse_request
from pathfixer.set_points import SetPoints

NOW = datetime(2026, 11, 21, 12, tzinfo=timezone.utc)


@pytest.fixture
def points() -> SetPoints:
    points = SetPoints()
    points.stage("Username", "carlcarl", "panel", NOW)
    points.stage("Proposal", "20260101", "panel", NOW)
    return points


def test_user_and_proposal_are_enough(points):
    assert points.request(NOW) == OpenRequest(username="carlcarl", proposal="20260101")


def test_visit_and_endstation_may_be_named(points):
    points.stage("Visit", " 20260914 ", "panel", NOW)
    points.stage("Endstation", "EA01", "panel", NOW)
    assert points.request(NOW).visit == "20260914"
    assert points.request(NOW).endstation == "EA01"


def test_another_user_clears_what_was_chosen_for_the_first(points):
    points.stage("Username", "adalov", "panel", NOW)
    assert points.staged("Proposal") == ""
    with pytest.raises(RefusedError, match="Proposal must be written"):
        points.request(NOW)


def test_set_points_of_two_clients_are_refused(points):
    points.stage("Visit", "20260914", "somebody's script", NOW)
    with pytest.raises(RefusedError, match="panel and somebody's script"):
        points.request(NOW)


def test_old_set_points_are_forgotten(points):
    with pytest.raises(RefusedError, match="Username and Proposal"):
        points.request(NOW + timedelta(minutes=11))


def test_a_request_is_read_from_json():
    text = '{"username": "carlcarl", "proposal": "20260101", "sample": "ice"}'
    assert parse_request(text).sample == "ice"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{}", "username: Field required; proposal: Field required"),
        ('{"username": "a", "proposal": "1", "category": "staff"}', "category: Extra inputs"),
        ('{"username": "", "proposal": "1"}', "username"),
        ("20260101", "request: Input should be an object"),
        ("", "Invalid JSON"),
    ],
)
def test_a_request_that_is_none_names_each_wrong_field(text, reason):
    with pytest.raises(RefusedError, match=reason):
        parse_request(text)
