"""Who joins, who leaves, and what holds a plan: from what is wanted and what was found."""

from dataclasses import replace
from typing import Any

from sdm.groups.entries import Account, Group, Member, Posix, account_member, group_member
from sdm.groups.planning import plan_groups
from sdm.groups.settings import GroupsSettings
from sdm.groups.survey import Found
from sdm.groups.wanted import Wanted

GROUP = "20260101-group"
WANTED = Wanted(
    proposal="20260101",
    category="visitors",
    group=GROUP,
    beamlines=("biomax",),
    office=frozenset({"kim", "lee"}),
    without_account=(),
    unusable=(),
    fixed_accounts=frozenset({"svc"}),
    fixed_groups=frozenset({"biomax"}),
)
LDAP = {
    "dialect": "ad",
    "url": "ldaps://dc",
    "ca_file": "/ca",
    "bind_dn": "cn=us",
    "password_file": "/p",
    "base": "dc=x",
    "groups_unit": "ou=g,dc=x",
    "active_unit": "ou=a,dc=x",
}


def settings(**changes: Any) -> GroupsSettings:
    beamlines = {"biomax": {"service": "svc", "group": "biomax"}}
    return GroupsSettings.model_validate({"directory": LDAP, "beamlines": beamlines, **changes})


def account(name: str, **changes: Any) -> Account:
    return Account(name, f"uid={name}", **{"posix": Posix(1, 2, "/home", "/bin/sh"), **changes})


def group(name: str, *members: Member, primary: frozenset[str] = frozenset()) -> Group:
    return Group(name, f"cn={name}", 5, frozenset(members), primary)


FOUND = Found(
    nests=True,
    group=None,
    namesakes=(),
    accounts={name: account(name) for name in ("kim", "lee", "svc")},
    groups={"biomax": group("biomax", account_member("sam"))},
    belongs={},
    gids=frozenset(),
    uids=frozenset(),
)
EVERYBODY = [account_member("kim"), account_member("lee"), account_member("svc"), group_member("biomax")]


def texts(found: Found = FOUND, wanted: Wanted = WANTED, **changes: Any) -> list[str]:
    return [step.text for step in plan_groups(wanted, found, settings(**changes)).steps]


def test_a_new_group_begins_with_a_fixed_member_and_then_everybody_joins():
    assert texts() == [
        f"make group {GROUP}, gid left to the directory, with svc",
        f"add kim to {GROUP}",
        f"add lee to {GROUP}",
        f"add group biomax to {GROUP}",
    ]


def test_where_groups_do_not_nest_the_accounts_of_a_fixed_group_stand_for_it():
    assert f"add sam to {GROUP}" in texts(replace(FOUND, nests=False))
    assert f"add group biomax to {GROUP}" not in texts(replace(FOUND, nests=False))


def test_a_complete_group_needs_nothing():
    assert texts(replace(FOUND, group=group(GROUP, *EVERYBODY))) == []


def test_who_has_it_as_primary_group_is_not_added():
    members = [member for member in EVERYBODY if member.name != "kim"]
    assert texts(replace(FOUND, group=group(GROUP, *members, primary=frozenset({"kim"})))) == []


def test_nobody_else_stays():
    strangers = [account_member("pat"), group_member("other"), Member("nobody", "uid=ghost")]
    left = texts(replace(FOUND, group=group(GROUP, *EVERYBODY, *strangers)))
    assert left == [
        f"remove pat from {GROUP}",
        f"remove group other from {GROUP}",
        f"remove nobody uid=ghost from {GROUP}",
    ]


def test_an_account_that_is_missing_is_a_problem_and_the_others_join():
    found = replace(FOUND, accounts={**FOUND.accounts, "lee": None})
    plan = plan_groups(WANTED, found, settings())
    assert plan.problems == ("account lee is not in the directory",)
    assert f"add kim to {GROUP}" in [step.text for step in plan.steps]


def test_the_next_free_gid_is_taken():
    found = replace(FOUND, gids=frozenset({60000, 60001}))
    assert texts(found, gid_range=[60000, 60009])[0] == f"make group {GROUP}, gid 60002, with svc"


def test_fixed_accounts_are_neither_moved_nor_enabled():
    svc = account("svc", movable=True, enabled=False)
    assert texts(replace(FOUND, accounts={**FOUND.accounts, "svc": svc})) == texts()


def test_an_account_gets_only_what_it_lacks_and_the_visitors_number_as_its_group():
    kim = account("kim", movable=True, enabled=False, posix=Posix(uid=4711))
    groups = {**FOUND.groups, "visitors": group("visitors", account_member("lee"))}
    found = replace(FOUND, accounts={**FOUND.accounts, "kim": kim}, groups=groups)
    assert texts(found, posix={"uid_range": [70000, 70009]}, visitors_group="visitors")[1:5] == [
        "move account kim from uid=kim to ou=a,dc=x",
        "give account kim gid 5, home /home/kim, shell /bin/bash",
        "enable account kim",
        "add kim to visitors",
    ]


def test_a_home_is_made_by_the_command_with_names_filled_in():
    made = texts(make_home=["mkhomedir_helper", "{account}", "{home}"])
    assert "make home /home of kim: mkhomedir_helper kim /home" in made


def test_homes_made_at_the_first_log_in_are_no_step():
    assert not any("home" in text for text in texts())


def test_the_share_of_leavers_holds_a_plan():
    crowd = [account_member(f"p{number}") for number in range(4)]
    plan = plan_groups(WANTED, replace(FOUND, group=group(GROUP, *EVERYBODY, *crowd)), settings())
    assert plan.holds == ()
    plan = plan_groups(WANTED, replace(FOUND, group=group(GROUP, *EVERYBODY[1:], *crowd)), settings())
    assert plan.holds == ("4 of 7 members would leave, more than the share 0.5",)


def test_an_office_that_names_nobody_holds_a_plan():
    plan = plan_groups(replace(WANTED, office=frozenset()), FOUND, settings())
    assert plan.holds == ("the user office names nobody with an account",)


def test_a_fixed_group_that_is_gone_holds_a_plan():
    found = replace(
        FOUND, nests=False, group=group(GROUP, *map(account_member, ("kim", "lee", "svc", "sam")))
    )
    assert plan_groups(WANTED, found, settings()).holds == ()
    gone = replace(found, groups={"biomax": None})
    assert plan_groups(WANTED, gone, settings()).holds == (
        "fixed group biomax is not in the directory, and its people might be taken for leavers",
    )


def test_a_directory_that_knows_nobody_blocks_a_plan():
    nobody = replace(FOUND, accounts={"kim": None, "lee": None, "svc": None}, groups={"biomax": None})
    plan = plan_groups(WANTED, nobody, settings())
    assert plan.steps == ()
    assert plan.blocks[0].startswith("the directory has nobody")


def test_a_shared_gid_blocks_a_plan():
    found = replace(FOUND, group=group(GROUP), namesakes=("twin",))
    plan = plan_groups(WANTED, found, settings())
    assert (plan.steps, len(plan.blocks)) == ((), 1)


def test_more_than_900_groups_are_a_warning_with_active_directory_only():
    found = replace(FOUND, belongs={account_member("kim"): frozenset(f"g{n}" for n in range(900))})
    warnings = plan_groups(WANTED, found, settings()).warnings
    assert warnings[0].startswith("kim will be in 901 groups: with more than about 1000 nobody logs in")
    local = settings(directory={"dialect": "local"})
    assert [text for text in plan_groups(WANTED, found, local).warnings if "Active" in text] == []


def test_14_groups_are_none_too_many():
    belongs = {account_member("kim"): frozenset(f"g{n}" for n in range(13))}
    assert plan_groups(WANTED, replace(FOUND, belongs=belongs), settings()).warnings == ()
    belongs = {group_member("biomax"): frozenset(f"g{n}" for n in range(14))}
    warnings = plan_groups(WANTED, replace(FOUND, belongs=belongs), settings()).warnings
    assert warnings[0].startswith("every account of group biomax will be in 15 groups: NFS")
