"""What the user office and the settings want for a proposal."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from sdm.errors import NameRefusedError
from sdm.groups.before_experiment import starting_within
from sdm.groups.errors import GroupsError, GroupsSettingsError
from sdm.groups.group_name import name_group
from sdm.groups.numbers import free_numbers
from sdm.groups.settings import GroupsSettings
from sdm.groups.wanted import Wanted, wanted_for
from sdm.rule_files import load_rules
from sdm.user_office.protocol import Block, Person, Proposal

RULES = load_rules("maxiv_v1")
SETTINGS = GroupsSettings.model_validate(
    {
        "directory": {"dialect": "local"},
        "beamlines": {
            "biomax": {"service": "svc-biomax", "group": "biomax", "accounts": ["det-biomax"]},
            "nanomax": {"service": "svc-nanomax", "group": "nanomax"},
        },
    }
)
NOW = datetime(2026, 11, 21, 8, tzinfo=timezone.utc)


def proposal(**changes: Any) -> Proposal:
    fields = {"number": "20260101", "pi": Person(account="kim"), "beamlines": ("biomax",)}
    return Proposal.model_validate({**fields, **changes})


def wanted(one: Proposal, *ancestors: Proposal) -> Wanted:
    return wanted_for(one, ancestors, SETTINGS, RULES)


def test_the_group_s_name_follows_the_rules():
    assert wanted(proposal()).group == "20260101-group"


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{proposal}", "digits only"),
        ("proposal-group-of-{beamline}-{proposal}-x", "35 characters"),
        ("{proposal} g", "only"),
    ],
)
def test_a_name_that_linux_would_misunderstand_is_refused(template: str, reason: str):
    rules = RULES.model_copy(update={"groups": RULES.groups.model_copy(update={"proposal": template})})
    with pytest.raises(NameRefusedError, match=reason):
        name_group(rules, "20260101", "biomax")


def test_fixed_members_are_those_of_every_beamline_of_the_proposal():
    found = wanted(proposal(beamlines=("biomax", "nanomax", "elsewhere")))
    assert found.fixed_accounts == {"svc-biomax", "det-biomax", "svc-nanomax"}
    assert found.fixed_groups == {"biomax", "nanomax"}
    assert found.beamlines == ("biomax", "nanomax")


def test_members_of_ancestors_belong_to_it():
    parent = proposal(number="20250001", pi=Person(account="pat"))
    assert wanted(proposal(), parent).office == {"kim", "pat"}


def test_people_without_an_account_are_named_and_unusable_accounts_refused():
    people = (Person(first_name="Lee", last_name="Ek"), Person(account="Åke"), Person(account="12345"))
    found = wanted(proposal(members=people))
    assert found.office == {"kim"}
    assert found.without_account == ("Lee Ek",)
    assert [text.split(":")[0] for text in found.unusable] == [
        "username '12345' is refused",
        "username 'åke' is refused",
    ]


@pytest.mark.parametrize("status", ["Refused", "In Review", "Editing"])
def test_a_proposal_that_is_not_accepted_gets_no_group(status: str):
    with pytest.raises(GroupsError, match="not accepted"):
        wanted(proposal(status=status))


def test_a_finished_one_keeps_its_group():
    assert wanted(proposal(status="Finished")).finished


def test_a_proposal_for_no_beamline_of_ours_is_refused():
    with pytest.raises(GroupsError, match="is for elsewhere; the settings know biomax, nanomax"):
        wanted(proposal(beamlines=("elsewhere",)))


def test_a_range_that_is_used_up_names_the_setting():
    numbers = free_numbers((1000, 1002), {1000, 1001}, "gid_range")
    assert next(numbers) == 1002
    with pytest.raises(GroupsSettingsError, match="gid_range 1000-1002 is used up"):
        next(numbers)


class Office:
    """Some proposals at biomax."""

    def __init__(self, *proposals: Proposal) -> None:
        self._proposals = list(proposals)

    def proposal(self, number: str) -> Proposal:
        return next(one for one in self._proposals if one.number == number)

    def proposals(self, beamline: str) -> list[Proposal]:
        return self._proposals if beamline == "biomax" else []


def scheduled(number: str, start_h: float, end_h: float, **changes: Any) -> Proposal:
    start, end = (NOW + timedelta(hours=hours) for hours in (start_h, end_h))
    block = Block(beamline="biomax", start=start, end=end)
    return proposal(number=number, schedule=(block,), **changes)


def test_a_timer_takes_accepted_proposals_that_run_or_begin_soon():
    office = Office(
        scheduled("20260001", -5, -1),
        scheduled("20260002", -1, 5),
        scheduled("20260003", 167, 170),
        scheduled("20260004", 169, 170),
        scheduled("20260005", 1, 2, status="Editing"),
        proposal(number="20260006"),
    )
    soon = starting_within(office, ("biomax", "nanomax"), timedelta(days=7), NOW)
    assert soon == ["20260002", "20260003"]
