"""Opening a session says when the proposal's group is missing or stale."""

from collections.abc import Mapping

from pathfixer.admission.group_notes import GroupNotes
from sdm.membership import gids_of, members_of
from sdm.principal import Principal
from sdm.user_office.protocol import Person, Proposal

GROUP = "20260101-group"
CURE = "run scizoo groups apply 20260101"
GID = 60000
KIM = Proposal(number="20260101", pi=Person(account="kim"), members=(Person(account="lee"),))


def notes(
    groups: Mapping[str, tuple[int, frozenset[str]]],
    accounts: Mapping[str, frozenset[int]],
    family: list[Proposal] | None = None,
    group: Principal = GROUP,
) -> list[str]:
    looked_up = GroupNotes(
        lambda _: group, "biomax", ("svc",), groups.get, lambda name: accounts.get(name, frozenset())
    )
    return looked_up.about(family or [KIM])


BOTH = {"kim": frozenset({GID}), "lee": frozenset({100, GID})}


def test_a_group_that_is_as_the_office_says_is_not_spoken_of():
    groups = {GROUP: (GID, frozenset({"kim", "lee", "svc", "sam"})), "biomax": (5001, frozenset({"sam"}))}
    assert notes(groups, BOTH) == []


def test_a_missing_group_is_named_with_the_command_that_makes_it():
    assert notes({}, {}) == [f"group {GROUP} is missing on this machine: {CURE}"]


def test_who_lacks_the_group_is_named_whatever_it_lists():
    listed = {GROUP: (GID, frozenset({"kim"}))}
    assert notes(listed, {"kim": frozenset({GID})}) == [f"lee is not in {GROUP}: {CURE}"]
    assert notes(listed, BOTH) == []


def test_who_has_left_the_proposal_and_not_the_group_is_named():
    listed = {GROUP: (GID, frozenset({"kim", "lee", "pat"}))}
    assert notes(listed, BOTH) == [f"pat is in {GROUP}, and no more in the proposal: {CURE}"]


def test_members_of_a_parent_that_was_not_asked_for_are_no_strangers():
    listed = {GROUP: (GID, frozenset({"kim", "lee", "pat"}))}
    child = KIM.model_copy(update={"parent": "20250001"})
    assert notes(listed, BOTH, [child]) == []
    parent = Proposal(number="20250001", pi=Person(account="kim"))
    assert notes(listed, BOTH, [child, parent]) == [f"pat is in {GROUP}, and no more in the proposal: {CURE}"]


def test_a_group_that_is_a_number_says_nothing():
    assert notes({}, {}, group=61010) == []


def test_a_name_service_that_hangs_is_a_note():
    def hang(_: str) -> None:
        raise TimeoutError("the name service of this machine does not answer")

    looked_up = GroupNotes(lambda _: GROUP, 1, (), hang)
    assert looked_up.about([KIM]) == [
        f"nobody can say who is in {GROUP}: the name service of this machine does not answer"
    ]


def test_the_name_service_of_this_machine():
    known = members_of("root")
    assert known is not None
    assert known[0] == 0
    assert 0 in gids_of("root")
    assert members_of("no-such-group-here") is None
    assert gids_of("no-such-account-here") == frozenset()
