"""Judging what an LDAP server answered: whole, absent, partial or refused. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ldap3.core.results import (
    RESULT_BUSY,
    RESULT_NO_SUCH_OBJECT,
    RESULT_SUCCESS,
    RESULT_UNAVAILABLE,
)

from sdm.groups.errors import (
    DirectoryRefusedError,
    DirectoryUnavailableError,
    GroupsSettingsError,
    PartialAnswerError,
)
from sdm.groups.ldap_names import first_part

PAGED_RESULTS = "1.2.840.113556.1.4.319"
NOT_PEOPLE = frozenset({"cn=configuration", "dc=domaindnszones", "dc=forestdnszones"})
"""Partitions of an Active Directory that every search at its base refers to; no account is in them."""


@dataclass(frozen=True)
class Entry:
    """What a server told of one entry; names of attributes are in lower case."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]

    def raw(self, name: str) -> bytes | None:
        """Return the first value of an attribute as it came."""
        return next(iter(self.attributes.get(name.lower(), ())), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Return all values of an attribute."""
        return tuple(value.decode() for value in self.attributes.get(name.lower(), ()))

    def one(self, name: str) -> str | None:
        """Return the first value of an attribute, none when there is none."""
        return next(iter(self.all(name)), None)

    def number(self, name: str) -> int | None:
        """Return the first value of an attribute as a number."""
        text = self.one(name)
        return int(text) if text is not None else None


def entries_of(result: Mapping[str, Any], response: Iterable[Mapping[str, Any]], what: str) -> list[Entry]:
    """Return the entries of a search.

    Raises
    ------
    GroupsSettingsError
        Its base does not exist: that is no directory without entries.
    PartialAnswerError
        Anything but success, a reference to another server, or an attribute cut into ranges.
    """
    if is_absent(result):
        raise GroupsSettingsError(f"the directory knows no such place: {what}; look at base and units")
    if result["result"] != RESULT_SUCCESS:
        raise PartialAnswerError(
            f"the directory did not tell all of {what}: {in_words(result)}; raise its limits for our account"
        )
    items = list(response)
    for item in items:
        if item["type"] == "searchResRef":
            _check_reference(item, what)
    return [_entry(item, what) for item in items if item["type"] == "searchResEntry"]


def is_absent(result: Mapping[str, Any]) -> bool:
    """Tell whether the entry that was asked for does not exist."""
    return bool(result["result"] == RESULT_NO_SUCH_OBJECT)


def next_page(result: Mapping[str, Any]) -> bytes | None:
    """Return the cookie of the next page, none after the last."""
    control = result.get("controls", {}).get(PAGED_RESULTS, {})
    return control.get("value", {}).get("cookie") or None


def check_change(result: Mapping[str, Any], what: str) -> None:
    """Return when a change was made; raises DirectoryRefusedError or DirectoryUnavailableError."""
    if result["result"] == RESULT_SUCCESS:
        return
    if result["result"] in (RESULT_BUSY, RESULT_UNAVAILABLE):
        raise DirectoryUnavailableError(f"{what}: the directory says {in_words(result)}")
    raise DirectoryRefusedError(f"{what}: the directory says {in_words(result)}")


def in_words(result: Mapping[str, Any]) -> str:
    """Return a server's answer as it called it, and what it said beside."""
    said = " ".join(str(result.get("message") or "").replace("\x00", "").split())
    return f"{result['description']}: {said}" if said else str(result["description"])


def _entry(item: Mapping[str, Any], what: str) -> Entry:
    attributes = {}
    for name, values in item["raw_attributes"].items():
        if ";range=" in name.lower():
            raise PartialAnswerError(f"the directory cut {name} of {item['dn']} short (asked for {what})")
        attributes[name.lower()] = tuple(values)
    return Entry(item["dn"], attributes)


def _check_reference(item: Mapping[str, Any], what: str) -> None:
    for uri in item["uri"]:
        place = uri.rpartition("/")[2].partition("?")[0]
        if not place or first_part(place).casefold() not in NOT_PEOPLE:
            raise PartialAnswerError(f"a part of {what} is on another server, {uri}: choose a narrower base")
