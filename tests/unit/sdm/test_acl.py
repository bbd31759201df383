"""Access control lists: text, bytes, and what they leave of a mode."""

import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdm.folders.acl import Entry, Tag, acl_text, from_bytes, parse_acl, to_bytes, true_mode
from sdm.folders.acl_calls import has_acls, number_of, read_acl, write_default

GROUP_READS = "u::rwx,g::rwx,o::---"
may = st.integers(0, 7)
lists = st.builds(
    lambda owner, group, other, mask, named: (
        Entry(tag=Tag.OWNER, may=owner),
        *(Entry(tag=Tag.USER, who=who, may=rights) for who, rights in sorted(named.items())),
        Entry(tag=Tag.OWNING_GROUP, may=group),
        *([Entry(tag=Tag.MASK, may=mask)] if named else []),
        Entry(tag=Tag.OTHER, may=other),
    ),
    may,
    may,
    may,
    may,
    st.dictionaries(st.integers(0, 2**32 - 2), may, max_size=4),
)


@given(lists)
def test_a_list_survives_its_bytes(acl):
    assert from_bytes(to_bytes(acl, number_of)) == acl


@given(lists)
def test_a_list_survives_its_text(acl):
    text = acl_text(acl).replace("u:", "u:#").replace("u:#:", "u::")
    assert sorted(parse_acl(text), key=str) == sorted(acl, key=str)


def test_who_is_named_needs_a_mask_and_gets_one():
    acl = parse_acl("u::rwx,g::r-x,g:#61010:rw-,o::---")
    assert acl_text(acl) == "u::rwx,g::r-x,g:61010:rw-,m::rwx,o::---"


def test_a_mask_hides_what_the_owning_group_may_not():
    acl = parse_acl("u::rwx,g::---,u:#61003:rwx,m::rwx,o::---")
    assert true_mode(0o2770, acl) == 0o2700
    assert true_mode(0o2770, ()) == 0o2770


def test_a_file_of_a_writer_with_umask_077_is_readable_by_the_group(tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    write_default(descriptor, parse_acl(GROUP_READS))
    assert read_acl(descriptor, "default") == parse_acl(GROUP_READS)
    os.close(descriptor)
    before = os.umask(0o077)
    try:
        (tmp_path / "scan.h5").touch()
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "scan.h5").stat().st_mode) == 0o660


def test_where_a_file_system_has_no_lists_there_are_none():
    descriptor = os.open("/proc/self", os.O_RDONLY)
    try:
        assert not has_acls(descriptor)
        assert read_acl(descriptor, "access") == ()
    finally:
        os.close(descriptor)


def test_a_form_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="not known"):
        from_bytes(b"\x09\0\0\0")
