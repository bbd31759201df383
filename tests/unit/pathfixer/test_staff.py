"""Who is staff: the beamline's group as the machine knows it, else the list."""

import grp
import os
import pwd
import stat
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pathfixer.admission.staff import Staff
from sdm.membership import is_member
from tests.waiting import wait_for

ME = pwd.getpwuid(os.geteuid()).pw_name
MY_GROUP = grp.getgrgid(os.getegid()).gr_name


def staff(
    told: Callable[[str, str], bool | None], group: str | int = "demo", run: Callable = lambda act: act()
):
    return Staff(group, ("lismei",), run, lambda: None, told)


def test_members_of_the_group_are_staff_and_the_list_does_not_count():
    people = staff(lambda account, group: (account, group) == ("adalov", "demo"))
    assert people.has("adalov")
    assert not people.has("lismei")


def test_the_list_counts_where_nobody_can_tell_who_is_in_the_group():
    people = staff(lambda account, group: None)
    assert people.has("lismei")
    assert not people.has("adalov")


def test_a_group_given_as_a_number_is_a_folder_s_and_asks_nobody():
    people = staff(lambda account, group: pytest.fail("asked"), group=61010)
    assert people.has("lismei") and people.known("lismei")
    assert not people.has("adalov") and not people.known("adalov")


def test_a_directory_that_hangs_holds_nobody_who_only_looks():
    asked, answers = threading.Event(), threading.Event()

    def slowly(account: str, group: str) -> bool:
        asked.set()
        return answers.wait(60)

    people = staff(slowly, run=lambda act: threading.Thread(target=act, daemon=True).start())
    start = time.monotonic()
    assert not people.known("adalov")
    assert time.monotonic() - start < 10
    assert asked.wait(60)
    answers.set()
    wait_for(lambda: people.known("adalov"), 5, "the directory's answer")


def test_who_looks_twice_asks_once():
    asked = []
    people = staff(lambda account, group: bool(asked.append(account)) or True)
    people.known("adalov")
    assert people.known("adalov")
    assert asked == ["adalov"]


def test_this_account_is_in_its_group_as_this_machine_knows_it():
    assert is_member(ME, MY_GROUP) is True


def test_an_account_that_is_not_known_is_in_no_group():
    assert is_member("nobody-of-that-name", MY_GROUP) is False


@pytest.mark.parametrize("account", ["--help", "", "a b", "Root"])
def test_what_is_no_log_in_name_is_in_no_group(account):
    assert is_member(account, MY_GROUP) is False


def test_of_a_group_that_is_not_known_nobody_can_tell():
    assert is_member(ME, "no-group-of-that-name") is None


def test_a_name_service_that_hangs_can_tell_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    program = tmp_path / "getent"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    start = time.monotonic()
    assert is_member(ME, MY_GROUP, timeout_s=0.2) is None
    assert time.monotonic() - start < 30
