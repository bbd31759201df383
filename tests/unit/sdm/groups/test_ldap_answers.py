"""An LDAP answer is whole, or an error: every form in which a part looks like everything."""

from typing import Any

import pytest

from sdm.groups.errors import (
    DirectoryRefusedError,
    DirectoryUnavailableError,
    GroupsSettingsError,
    PartialAnswerError,
)
from sdm.groups.ldap_answers import check_change, entries_of, next_page
from sdm.groups.ldap_names import dn_below, equals, first_part, is_below, normal

SUCCESS = {"result": 0, "description": "success", "message": ""}


def entry(**attributes: list[bytes]) -> dict[str, Any]:
    return {"type": "searchResEntry", "dn": "cn=a,dc=x", "raw_attributes": attributes}


def test_attributes_are_found_whatever_their_case():
    found = entries_of(SUCCESS, [entry(memberUid=[b"kim", b"lee"], gidNumber=[b"5"])], "groups")[0]
    assert found.all("memberuid") == ("kim", "lee")
    assert found.number("GIDNUMBER") == 5
    assert found.one("absent") is None


@pytest.mark.parametrize("code", [3, 4, 10, 11, 12, 50, 51, 52, 53])
def test_anything_but_success_is_a_partial_answer(code: int):
    with pytest.raises(PartialAnswerError, match="did not tell all of groups: trouble: more here"):
        result = {"result": code, "description": "trouble", "message": "more\nhere\x00"}
        entries_of(result, [entry()], "groups")


def test_a_base_that_does_not_exist_is_a_setting():
    with pytest.raises(GroupsSettingsError):
        entries_of({"result": 32, "description": "noSuchObject", "message": ""}, [], "groups")


def test_an_attribute_cut_into_ranges_is_a_partial_answer():
    cut = {"type": "searchResEntry", "dn": "cn=a", "raw_attributes": {"member;range=0-1499": [b"x"]}}
    with pytest.raises(PartialAnswerError, match="member;range=0-1499 of cn=a"):
        entries_of(SUCCESS, [cut], "groups")


def test_a_part_on_another_server_is_a_partial_answer():
    reference = {"type": "searchResRef", "uri": ["ldap://other/ou=people,dc=x??sub"]}
    with pytest.raises(PartialAnswerError, match="other"):
        entries_of(SUCCESS, [entry(), reference], "groups")


def test_partitions_without_people_are_no_part():
    uris = [
        "ldap://x/CN=Configuration,DC=x",
        "ldap://x/DC=DomainDnsZones,DC=x",
        "ldaps://x/DC=ForestDnsZones,DC=x",
    ]
    references = [{"type": "searchResRef", "uri": [uri]} for uri in uris]
    assert len(entries_of(SUCCESS, [entry(), *references], "groups")) == 1


def test_pages_end_with_an_empty_cookie():
    control = {"controls": {"1.2.840.113556.1.4.319": {"value": {"cookie": b"more"}}}}
    assert next_page({**SUCCESS, **control}) == b"more"
    control["controls"]["1.2.840.113556.1.4.319"]["value"]["cookie"] = b""
    assert next_page({**SUCCESS, **control}) is None
    assert next_page(SUCCESS) is None


def test_a_busy_server_is_asked_again_later_and_a_refusal_is_final():
    with pytest.raises(DirectoryUnavailableError):
        check_change({"result": 51, "description": "busy", "message": ""}, "adding")
    with pytest.raises(DirectoryRefusedError, match="adding: the directory says unwillingToPerform"):
        check_change({"result": 53, "description": "unwillingToPerform", "message": ""}, "adding")


def test_equal_names_are_equal_however_they_are_written():
    assert normal("CN=Kim , OU=Staff,DC=x") == normal("cn=kim,ou=staff,dc=X")
    assert is_below("uid=kim,OU=Staff,dc=x", "ou=staff, DC=x")
    assert not is_below("uid=kim,ou=nostaff,dc=x", "ou=staff,dc=x")
    assert normal("no name at all") == "no name at all"


def test_special_characters_are_escaped_in_names_and_filters():
    assert dn_below("cn", "a,b", "dc=x") == "cn=a\\,b,dc=x"
    assert first_part("cn=a\\,b,dc=x") == "cn=a\\,b"
    assert equals("uid", "k*)(x") == "(uid=k\\2a\\29\\28x)"
