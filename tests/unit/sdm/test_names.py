"""Names that may become part of a path."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdm.errors import NameRefusedError
from sdm.names import ALLOWED, check_name, check_sample

RESERVED = {"raw", "process"}


@pytest.mark.parametrize("name", ["ice", "plastic-s1", "A.2", "s_01", "20170251", "x" * 64])
def test_letters_digits_dot_dash_and_underscore_are_a_name(name):
    assert check_name("sample", name, RESERVED) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty"),
        ("x" * 65, "65 characters"),
        ("-rf", "option"),
        ("_hidden", "begin with a letter"),
        (".hidden", "begin with a letter"),
        ("a..b", "two dots"),
        ("a.", "dot at the end"),
        ("a b", r"' ' \(U\+0020\)"),
        ("a/b", r"'/' \(U\+002F\)"),
        ("pl\u0430stic", r"U\+0430"),
        ("sample\u200b", r"U\+200B"),
        ("\uff41", r"U\+FF41"),
        ("raw", "reserved"),
        ("RAW", "reserved"),
        ("nul", "Windows"),
        ("COM1.txt", "Windows"),
        ("ice\n", r"U\+000A"),
    ],
)
def test_every_other_name_is_refused_with_its_reason(name, reason):
    with pytest.raises(NameRefusedError, match=reason) as refused:
        check_name("sample", name, RESERVED)
    assert refused.value.value == name


@pytest.mark.parametrize("name", ["12345", "Ada", "1ada", "ada.lovelace"])
def test_a_username_that_sardana_would_turn_into_a_number_is_refused(name):
    with pytest.raises(NameRefusedError, match="lower-case letter"):
        check_name("username", name)


def test_a_beamline_is_lower_case():
    assert check_name("beamline", "biomax") == "biomax"
    with pytest.raises(NameRefusedError):
        check_name("beamline", "BioMAX")


@given(st.text())
def test_no_text_passes_that_could_lead_elsewhere(text):
    try:
        name = check_name("sample", text, RESERVED)
    except NameRefusedError:
        return
    assert name == text
    assert ALLOWED.fullmatch(name)
    assert name not in (".", "..")
    assert name.isascii()


def test_a_sample_may_be_nested_to_a_depth():
    assert check_sample("plastic/plastic-s1", 2) == ("plastic", "plastic-s1")
    assert check_sample("", 2) == ()
    with pytest.raises(NameRefusedError, match="3 folders"):
        check_sample("a/b/c", 2)


@pytest.mark.parametrize("sample", ["/etc", "a//b", "a/", "../x", "a/../b", "a/raw", "a/-b"])
def test_a_sample_never_leaves_raw(sample):
    with pytest.raises(NameRefusedError) as refused:
        check_sample(sample, 4, RESERVED)
    assert refused.value.value == sample
