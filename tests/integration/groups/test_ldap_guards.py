"""What LDAP servers and networks do to the unwary, and does not happen here."""

import gc
import logging
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import ldap3
import pytest
from ldap3.utils.log import EXTENDED, get_library_log_detail_level, set_library_log_detail_level

from scizoo.services.run_folder import RunFolder
from scizoo.services.samba import BASE as AD_BASE
from scizoo.services.slapd import BASE, LIMITED, PASSWORD, Slapd
from sdm.errors import SecretError
from sdm.groups.directory import Directory
from sdm.groups.entries import Member, account_member
from sdm.groups.errors import (
    DirectoryRefusedError,
    DirectoryUnavailableError,
    GroupsSettingsError,
    PartialAnswerError,
)
from sdm.groups.open_directory import open_directory
from sdm.groups.rfc2307bis import Rfc2307bis
from sdm.groups.settings import LdapSettings
from tests.integration.groups.conftest import living
from tests.integration.groups.experiments import GROUP, Experiment
from tests.integration.groups.worlds import LdapWorld, Rfc2307bisWorld, World, now
from tests.processes import freeze
from tests.serving import serving


@contextmanager
def everything_logged() -> Iterator[None]:
    """Let ldap3 write all that it can into the log."""
    before = get_library_log_detail_level()
    set_library_log_detail_level(EXTENDED)
    try:
        yield
    finally:
        set_library_log_detail_level(before)


@pytest.fixture
def bis(slapd_bis: Slapd, tmp_path: Path) -> Iterator[LdapWorld]:
    name = "".join(character for character in tmp_path.name if character.isalnum())
    yield from living(Rfc2307bisWorld(tmp_path, slapd_bis, f"guard-{name}"))


def opened(world: World, **changes: Any) -> Directory:
    directory = {**world.directory_settings(), **changes}
    return open_directory(world.settings(directory=directory).directory, now)


@contextmanager
def silent_server() -> Iterator[tuple[socket.socket, int]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, server.getsockname()[1]


@pytest.fixture
def limited(bis: LdapWorld) -> Iterator[Directory]:
    if bis.wire.read(LIMITED, ["cn"]) is None:
        classes = ["organizationalRole", "simpleSecurityObject"]
        bis.wire.add(LIMITED, {"objectClass": classes, "cn": ["limited"], "userPassword": [PASSWORD]})
    with closing(opened(bis, bind_dn=LIMITED)) as directory:
        yield directory


def test_start_tls_is_used_where_the_address_has_no_tls(bis: LdapWorld):
    with closing(opened(bis, url=bis.server.plain_address)) as directory:
        assert directory.account("kim") is not None


def test_a_certificate_of_another_authority_is_refused(bis: LdapWorld, own_folder: RunFolder):
    other = Slapd(own_folder, "rfc2307").certificates.authority
    for url in (bis.server.address, bis.server.plain_address):
        with pytest.raises(DirectoryUnavailableError, match="certificate verify failed"):
            opened(bis, url=url, ca_file=str(other))


def test_a_certificate_for_another_name_is_refused(bis: LdapWorld, own_folder: RunFolder):
    for server in serving(Slapd(own_folder, "rfc2307bis", certified_for="somebody-else.example.org")):
        authority = str(server.certificates.authority)
        with pytest.raises(DirectoryUnavailableError, match="mismatch"):
            opened(bis, url=server.address, ca_file=authority)


def test_a_wrong_password_is_a_wrong_setting(bis: LdapWorld):
    bis.password_file.write_text("guessed")
    with pytest.raises(GroupsSettingsError, match="refuses cn=admin.*invalidCredentials"):
        bis.directory()


def test_a_password_that_others_may_read_is_not_used(bis: LdapWorld):
    bis.password_file.chmod(0o644)
    with pytest.raises(SecretError, match="others may read the secret"):
        bis.directory()


def test_the_password_stands_in_no_log_repr_or_argument(
    ldap_experiment: Experiment, caplog: pytest.LogCaptureFixture
):
    password = ldap_experiment.world.password_file.read_text().strip()
    with caplog.at_level(logging.DEBUG), everything_logged():
        with closing(open_directory(ldap_experiment.site.settings.directory, now)) as directory:
            assert directory.account("kim") is not None
            # not isinstance: it asks a weak proxy of somebody else's for its dead object's class
            open_ones = [repr(one) for one in gc.get_objects() if issubclass(type(one), ldap3.Connection)]
        ldap_experiment.applied()
    assert "BIND" in caplog.text.upper()
    told = [caplog.text, *open_ones, Path("/proc/self/cmdline").read_text()]
    told.append(ldap_experiment.site.settings.change_log.read_text())
    assert len(open_ones) >= 2
    assert not any(password in text for text in told)


def test_a_server_that_accepts_and_never_answers_costs_the_configured_time(bis: LdapWorld):
    with silent_server() as (_, port):
        before = time.monotonic()
        with pytest.raises(DirectoryUnavailableError, match="does not answer"):
            opened(bis, url=f"ldaps://localhost:{port}", answer_timeout_s=1)
        assert time.monotonic() - before < 10


def test_a_place_that_does_not_exist_is_no_directory_without_entries(bis: LdapWorld):
    with (
        closing(opened(bis, base=f"ou=nowhere,{BASE}")) as directory,
        pytest.raises(GroupsSettingsError, match="no such place"),
    ):
        directory.account("kim")


def test_a_search_that_the_server_cuts_short_is_a_failure(bis: LdapWorld, limited: Directory):
    for number in range(520):
        bis.wire.add(
            f"cn=v-{number},ou=new,{bis.top}",
            {"objectClass": ["inetOrgPerson"], "sn": ["x"], "uid": [f"v-{number}"], "title": ["many"]},
        )
    wire = limited.wire  # type: ignore[attr-defined]
    with pytest.raises(PartialAnswerError, match="sizeLimitExceeded"):
        wire.search(bis.top, "(title=many)", ["uid"])
    assert len(bis.wire.search(bis.top, "(title=many)", ["uid"])) == 520


def test_members_that_are_hidden_from_us_are_not_taken_for_absent(limited: Directory):
    with pytest.raises(PartialAnswerError, match="hides the members"):
        limited.group("visitors")


def test_a_referral_is_a_failure_and_nobody_binds_there(bis: LdapWorld):
    with silent_server() as (elsewhere, port):
        reference = {"objectClass": ["referral", "extensibleObject"], "ou": ["away"]}
        reference["ref"] = [f"ldap://127.0.0.1:{port}/ou=away,{bis.top}"]
        bis.wire.add(f"ou=away,{bis.top}", reference)
        with closing(bis.directory()) as directory, pytest.raises(PartialAnswerError, match="another server"):
            directory.account("kim")
        elsewhere.settimeout(0.2)
        with pytest.raises(TimeoutError):
            elsewhere.accept()
        bis.wire._connection.delete(f"ou=away,{bis.top}", controls=[("2.16.840.1.113730.3.4.2", True, None)])


def test_what_active_directory_refers_to_at_its_base_holds_nobody(ldap_world: LdapWorld):
    base = AD_BASE if ldap_world.dialect == "ad" else BASE
    with closing(opened(ldap_world, base=base)) as directory:
        assert directory.account("kim") is not None


def test_no_character_of_a_name_means_anything_in_a_search(ldap_world: LdapWorld):
    with closing(ldap_world.directory()) as directory:
        assert directory.account("k*") is None
        assert directory.account("kim)(uid=*") is None


def test_other_memberships_of_an_account_follow_when_it_is_moved(ldap_experiment: Experiment):
    world = ldap_experiment.world
    world.add_group("another", ("kim", "sam"), 5300)
    ldap_experiment.applied()
    another = ldap_experiment.site.directory.group("another")
    assert another is not None
    assert another.members == {account_member("kim"), account_member("sam")}


def test_a_name_left_behind_by_somebody_else_s_move_is_nobody_and_is_put_right(bis: LdapWorld):
    with Experiment.of(bis) as experiment:
        experiment.applied()
        bis.wire.move(bis.dn("kim"), f"ou=staff,{bis.top}")
        left_behind = f"remove nobody uid=kim,ou=DUOACTIVE,{bis.top} from {GROUP}"
        assert experiment.planned() == [f"add kim to {GROUP}", left_behind]
        experiment.applied()
        assert bis.listed(GROUP) == experiment.everybody()
        assert experiment.planned() == []


def test_nobody_who_has_become_somebody_meanwhile_stays(bis: LdapWorld):
    with Experiment.of(bis) as experiment:
        experiment.applied()
        bis.wire.move(bis.dn("kim"), f"ou=new,{bis.top}")
        plan = experiment.plan()
        results = {result.step.text: result.state for result in experiment.apply(plan=plan)}
        assert results == {
            f"move account kim from uid=kim,ou=new,{bis.top} to ou=DUOACTIVE,{bis.top}": "done",
            f"add kim to {GROUP}": "already so",
            f"remove nobody uid=kim,ou=DUOACTIVE,{bis.top} from {GROUP}": "already so",
        }
        assert bis.listed(GROUP) == experiment.everybody()


def test_a_name_that_is_there_twice_stops_the_plan(bis: LdapWorld):
    bis.wire.add(
        f"uid=kim,ou=staff,{bis.top}",
        {"objectClass": ["inetOrgPerson"], "cn": ["kim"], "sn": ["kim"], "uid": ["kim"]},
    )
    with Experiment.of(bis) as experiment, pytest.raises(DirectoryRefusedError, match="more than once"):
        experiment.plan()


class Racing(Rfc2307bis):
    """A directory in which somebody else makes a group of the same name a moment before."""

    elsewhere = ""

    def make_group(self, name: str, gid: int | None, members: Sequence[Member]) -> str:
        values = {"objectClass": ["groupOfNames", "posixGroup"], "cn": [name], "gidNumber": ["60500"]}
        self.wire.add(f"cn={name},{self.elsewhere}", {**values, "member": [self.elsewhere]})
        return super().make_group(name, gid, members)


def test_a_group_of_the_same_name_elsewhere_is_not_taken_away_with_ours(bis: LdapWorld):
    with Experiment.of(bis) as experiment:
        racing = Racing(LdapSettings.model_validate(bis.directory_settings()), bis.wire, now)
        racing.elsewhere = f"ou=staff,{bis.top}"
        with pytest.raises(DirectoryRefusedError, match="more than once"):
            experiment.plan().steps[0].do(replace(experiment.site, directory=racing))
        left = [entry.dn for entry in bis.wire.search(bis.top, f"(cn={GROUP})", ["cn"])]
        assert left == [f"cn={GROUP},{racing.elsewhere}"]


def test_cases_of_names_do_not_count_where_the_directory_counts_none(naming_world: LdapWorld):
    naming_world.add_account("Kim-B")
    with Experiment.of(naming_world) as experiment:
        experiment.people("kim-b", "lee")
        experiment.applied()
        assert experiment.planned() == []
        found = experiment.site.directory.group(GROUP)
        assert found is not None
        assert found.accounts == {"kim-b", "lee", "svc-biomax", "det-biomax"}


def test_a_home_is_made_by_the_configured_command_once(bis: LdapWorld, tmp_path: Path):
    homes = f"{tmp_path}/home/{{account}}"
    posix = {"uid_range": [70000, 70999], "home": homes}
    with Experiment.of(bis, posix=posix, make_home=["mkdir", "-p", "{home}"]) as experiment:
        assert f"make home {tmp_path}/home/kim of kim: mkdir -p {tmp_path}/home/kim" in experiment.planned()
        experiment.applied()
        assert (tmp_path / "home/kim").is_dir()
        assert experiment.planned() == []
    with Experiment.of(bis, posix=posix, make_home=["false"]) as experiment:
        experiment.people("kim", "lee", "pat")
        failed = [result for result in experiment.apply() if result.state == "failed"]
        assert [(one.step.text.split(":")[0], one.reason) for one in failed] == [
            (f"make home {tmp_path}/home/pat of pat", "make_home: false: exit status 1")
        ]
        assert "pat" in bis.listed(GROUP)


def test_the_staff_stays_where_it_is(ldap_experiment: Experiment):
    ldap_experiment.people("kim", "sam")
    ldap_experiment.applied()
    sam = ldap_experiment.site.directory.account("sam")
    assert sam is not None
    assert "ou=staff" in sam.place.lower()


def test_a_directory_that_goes_away_between_two_steps(own_folder: RunFolder, tmp_path: Path):
    for server in serving(Slapd(own_folder, "rfc2307bis")):
        for world in living(Rfc2307bisWorld(tmp_path, server, "outage")):
            with Experiment.of(world) as experiment:
                plan = experiment.plan()
                server.stop()
                results = experiment.apply(plan=plan)
                assert results[0].state == "failed"
                assert {result.state for result in results[1:]} == {"not done"}
                assert {result.reason for result in results[1:]} == {"the directory did not answer"}
                server.restart()
            world.reconnect()
            with Experiment.of(world) as experiment:
                experiment.applied()
                assert world.listed(GROUP) == experiment.everybody()


def test_a_directory_that_freezes_costs_the_configured_time(own_folder: RunFolder, tmp_path: Path):
    for server in serving(Slapd(own_folder, "rfc2307bis")):
        for world in living(Rfc2307bisWorld(tmp_path, server, "frozen")):
            assert server.pid is not None
            with closing(opened(world, answer_timeout_s=3)) as directory:
                freeze(server.pid)
                before = time.monotonic()
                with pytest.raises(DirectoryUnavailableError, match="does not answer"):
                    directory.account("kim")
                assert time.monotonic() - before < 20
                os.kill(server.pid, signal.SIGCONT)
