"""Every kind of directory does the same for a proposal before its experiment."""

import json

from sdm.groups.steps import NEXT_LOG_IN, RemoveMember
from tests.integration.groups.experiments import GROUP, NUMBER, Experiment


def test_the_group_holds_the_office_s_people_and_the_fixed_members_and_nobody_else(experiment: Experiment):
    experiment.applied()
    assert experiment.world.listed(GROUP) == experiment.everybody()


def test_its_number_is_the_first_free_one_of_the_range(experiment: Experiment):
    experiment.world.add_group("other", ("sam",), 60000)
    experiment.applied()
    found = experiment.site.directory.group(GROUP)
    assert found is not None
    assert found.gid == 60001


def test_each_step_is_told_before_it_is_done(experiment: Experiment):
    planned = experiment.planned()
    assert planned[0] == f"make group {GROUP}, gid 60000, with det-biomax"
    assert f"add kim to {GROUP}" in planned
    assert "enable account lee" in planned
    assert "enable account kim" not in planned
    assert "add kim to visitors" in planned
    assert "add det-biomax to visitors" not in planned


def test_planning_changes_nothing(experiment: Experiment):
    before = experiment.planned()
    assert experiment.planned() == before
    assert experiment.site.directory.group(GROUP) is None


def test_a_second_run_has_nothing_to_do(experiment: Experiment):
    experiment.applied()
    assert experiment.planned() == []


def test_doing_an_old_plan_again_finds_everything_so_already(experiment: Experiment):
    plan = experiment.plan()
    experiment.apply(plan=plan)
    assert {result.state for result in experiment.apply(plan=plan)} == {"already so"}


def test_people_are_enabled_visitors_with_a_home_and_numbers_of_their_own(experiment: Experiment):
    experiment.applied()
    assert {"kim", "lee"} <= experiment.world.listed("visitors")
    accounts = [experiment.site.directory.account(name) for name in ("kim", "lee")]
    assert all(account and account.enabled and not account.movable for account in accounts)
    assert [account.posix.home for account in accounts if account] == ["/home/kim", "/home/lee"]
    uids = [account.posix.uid for account in accounts if account]
    assert None not in uids
    assert len(set(uids)) == 2


def test_resource_groups_hold_the_group_or_its_accounts(experiment: Experiment):
    experiment.applied()
    for name in ("presto", "vpn"):
        expected = {GROUP} if experiment.world.nests else experiment.everybody()
        assert experiment.world.listed(name) == expected | {"sam"}


def test_a_leaver_leaves_the_group_only_and_the_plan_says_when(experiment: Experiment):
    experiment.applied()
    experiment.people("kim")
    leaving = [step for step in experiment.plan().steps if isinstance(step, RemoveMember)]
    assert [(step.text, step.note) for step in leaving] == [(f"remove lee from {GROUP}", NEXT_LOG_IN)]
    experiment.applied()
    assert experiment.world.listed(GROUP) == experiment.everybody() - {"lee"}
    assert "lee" in experiment.world.listed("visitors")
    lee = experiment.site.directory.account("lee")
    assert lee is not None
    assert lee.enabled


def test_whoever_was_added_by_hand_leaves(experiment: Experiment):
    experiment.applied()
    experiment.world.add_to(GROUP, "pat")
    experiment.world.leave_a_ghost(GROUP)
    assert len(experiment.planned()) == 2
    experiment.applied()
    assert experiment.world.listed(GROUP) == experiment.everybody()


def test_a_member_by_primary_group_counts_and_no_primary_group_is_set(experiment: Experiment):
    before = {name: experiment.world.primary_of(name) for name in ("sam", "svc-biomax")}
    experiment.people("kim", "lee", "pat")
    experiment.applied()
    experiment.world.make_primary(GROUP, "pat")
    experiment.people("kim", "lee")
    plan = experiment.plan()
    assert f"pat has {GROUP} as primary group, and no business in it: change that by hand" in plan.problems
    experiment.people("kim", "lee", "pat")
    plan = experiment.plan()
    assert plan.problems == ()
    assert experiment.planned() == []
    assert {name: experiment.world.primary_of(name) for name in before} == before


def test_an_empty_answer_of_the_office_changes_nothing_without_a_yes(experiment: Experiment):
    experiment.applied()
    experiment.people()
    assert "the user office names nobody with an account" in experiment.plan().holds
    assert {result.state for result in experiment.apply()} == {"not done"}
    assert experiment.world.listed(GROUP) == experiment.everybody()
    experiment.apply(yes=True)
    assert experiment.world.listed(GROUP) == experiment.everybody() - {"kim", "lee"}


def test_many_leavers_change_nothing_without_a_yes(experiment: Experiment):
    experiment.people("kim", "lee", "pat", *(f"v-{n}" for n in range(5)))
    for number in range(5):
        experiment.world.add_account(f"v-{number}")
    experiment.applied()
    experiment.people("kim")
    count = len(experiment.world.listed(GROUP))
    assert experiment.plan().holds == (f"7 of {count} members would leave, more than the share 0.5",)
    assert {result.state for result in experiment.apply()} == {"not done"}
    assert len(experiment.world.listed(GROUP)) == count
    experiment.apply(yes=True)
    assert experiment.world.listed(GROUP) == experiment.everybody() - {"lee"}


def test_a_gid_that_another_group_bears_blocks_everything_even_with_a_yes(experiment: Experiment):
    experiment.applied()
    experiment.world.add_group("twin", ("sam",), 60000)
    experiment.people("kim")
    assert experiment.plan().blocks == (f"the gid of {GROUP} is also that of twin: change one of them",)
    assert experiment.apply(yes=True) == []
    assert "lee" in experiment.world.listed(GROUP)


def test_a_gid_that_is_taken_between_plan_and_apply_is_not_given_twice(experiment: Experiment):
    plan = experiment.plan()
    experiment.world.add_group("quicker", ("sam",), 60000)
    results = experiment.apply(plan=plan)
    assert results[0].state == "failed"
    assert results[0].reason == "gid 60000 went to quicker meanwhile: plan again"
    assert experiment.site.directory.group(GROUP) is None
    joining = next(result for result in results if result.step.text == f"add kim to {GROUP}")
    assert (joining.state, joining.reason) == ("not done", f"{GROUP} could not be made")
    experiment.applied()
    assert experiment.world.listed(GROUP) == experiment.everybody()


def test_a_failed_step_says_what_was_and_what_was_not_done(experiment: Experiment):
    plan = experiment.plan()
    experiment.world.remove_account("lee")
    results = experiment.apply(plan=plan)
    failed = {result.step.text: result.reason for result in results if result.state == "failed"}
    assert f"add lee to {GROUP}" in failed
    assert all("lee" in reason for reason in failed.values())
    assert {result.state for result in results if "lee" not in result.step.text} == {"done"}
    assert experiment.world.listed(GROUP) == experiment.everybody() - {"lee"}
    assert experiment.plan().problems == ("account lee is not in the directory",)


def test_a_parent_s_members_are_members_of_the_child(experiment: Experiment):
    child = {"number": NUMBER, "beamlines": ["biomax"], "pi": {"account": "kim"}, "parent": "20250007"}
    parent = {"number": "20250007", "beamlines": ["biomax"], "pi": {"account": "pat"}}
    experiment.proposals(child, parent)
    experiment.applied()
    assert experiment.world.listed(GROUP) == experiment.everybody() - {"lee"} | {"pat"}


def test_every_change_is_logged_with_who_and_why(experiment: Experiment):
    experiment.applied()
    lines = [json.loads(line) for line in experiment.site.settings.change_log.read_text().splitlines()]
    assert {(line["why"], line["proposal"]) for line in lines} == {("a test", NUMBER)}
    assert all(line["account"] and line["host"] and line["at"].endswith("+00:00") for line in lines)
    done = [line["step"] for line in lines if line["outcome"] == "done"]
    assert f"add kim to {GROUP}" in done


def test_more_than_14_groups_of_an_account_are_a_warning(experiment: Experiment):
    for number in range(12):
        experiment.world.add_group(f"g-{number}", ("kim",), 5200 + number)
    warning = next(text for text in experiment.plan().warnings if text.startswith("kim "))
    assert "NFS (AUTH_SYS) carries 16" in warning
    assert not any(text.startswith("lee ") for text in experiment.plan().warnings)


def test_wherever_a_run_is_killed_the_next_one_goes_on(experiment: Experiment):
    done = 0
    while plan := experiment.first_step_only():
        assert experiment.apply(plan=plan)[0].state == "done"
        done += 1
    assert done > 5
    assert experiment.world.listed(GROUP) == experiment.everybody()


def test_a_name_that_is_taken_between_plan_and_apply_is_not_made_again(experiment: Experiment):
    plan = experiment.plan()
    experiment.world.add_group(GROUP, ("sam",), 60500)
    results = experiment.apply(plan=plan)
    assert results[0].state == "already so"
    found = experiment.site.directory.group(GROUP)
    assert found is not None
    assert found.gid == 60500
    experiment.applied()
    assert experiment.world.listed(GROUP) == experiment.everybody()
