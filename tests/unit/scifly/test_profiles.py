"""Profiles are data that refuses mistakes; names from Windows in any case and any encoding."""

import unicodedata
from pathlib import Path, PurePosixPath

import pytest

from scifly.errors import ProfileError
from scifly.profiles.profile import Profile
from scifly.profiles.profile_files import SHIPPED, choose_profile, load_profile, load_profiles

GOOD = {
    "schema": "scifly.profile/1",
    "name": "ses",
    "program": "ses",
    "include": ["*.txt", "maps/*.zip"],
    "exclude": ["*_log.txt"],
    "temporary": ["*.tmp"],
    "busy_beside": ["~${name}"],
    "settle_s": 2,
    "data_format": {".TXT": "text"},
}


def profile(**changes):
    return Profile.model_validate({**GOOD, **changes})


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_shipped_profile_loads_and_bears_its_files_name(path):
    assert load_profile(path).name == path.stem


@pytest.mark.parametrize(
    "name",
    [
        "Ag_0001.txt",
        "Ag 0001Ag__001.ibw",
        "BTO.sle",
        "In-situ.xml",
        "tr\udcc3\udca9s.xy",
        "new\nline.dat",
        "noending",
    ],
)
def test_the_generic_profile_takes_files_of_any_program(name):
    (generic,) = load_profiles(["generic"])
    assert generic.wants(PurePosixPath(name))


@pytest.mark.parametrize(
    "path",
    [
        ".DS_Store",
        "~$Ag.txt",
        "THUMBS.DB",
        "a.LCK",
        "BTO.sle-journal",
        ".nfs0001",
        ".hidden/a.txt",
        "s/.h/a.txt",
    ],
)
def test_the_generic_profile_leaves_out_what_is_no_data(path):
    (generic,) = load_profiles(["generic"])
    assert not generic.wants(PurePosixPath(path)) and not generic.expects(PurePosixPath(path))


def test_a_temporary_name_is_expected_and_not_wanted():
    (generic,) = load_profiles(["generic"])
    path = PurePosixPath("s01/Ag_0001.txt.TMP")
    assert generic.expects(path) and not generic.wants(path)


def test_patterns_compare_names_or_paths_in_any_case_and_encoding():
    chosen = profile(include=["Grüße*.txt", "maps/*.zip"])
    assert chosen.wants(PurePosixPath(unicodedata.normalize("NFD", "GRÜSSE_1.TXT").replace("SS", "ß")))
    assert chosen.wants(PurePosixPath("Maps/a.ZIP"))
    assert not chosen.wants(PurePosixPath("other/a.zip"))


def test_exclude_is_stronger_than_include():
    assert not profile().wants(PurePosixPath("run_log.txt"))


def test_a_file_beside_may_say_that_it_is_in_use():
    assert profile().signs_of_use("Ag.txt") == ["~$Ag.txt"]


def test_the_suffix_tells_the_format_in_any_case():
    assert profile().format_of(PurePosixPath("a.Txt")) == "text"
    assert profile().format_of(PurePosixPath("a.bin")) is None


def test_the_first_profile_that_wants_a_file_takes_it():
    ses, (generic,) = profile(), load_profiles(["generic"])
    assert choose_profile((ses, generic), PurePosixPath("a.txt")) is ses
    assert choose_profile((ses, generic), PurePosixPath("a.xy")) is generic
    assert choose_profile((ses,), PurePosixPath("a.xy")) is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"settle_s": 0}, "settle_s"),
        ({"settel_s": 3}, "settel_s"),
        ({"include": []}, "include"),
        ({"program": "SES 1.3"}, "program"),
        ({"when_modified": "guess"}, "when_modified"),
        ({"data_format": {"txt": "text"}}, "data_format"),
        ({"schema": "scifly.profile/2"}, "schema"),
    ],
)
def test_a_mistake_is_named_with_its_file_and_value(tmp_path, change, named):
    import yaml

    path = tmp_path / "ses.yaml"
    path.write_text(yaml.safe_dump({**GOOD, **change}))
    with pytest.raises(ProfileError, match=rf"ses\.yaml: {named}") as error:
        load_profile(path)
    assert "got" in str(error.value)


@pytest.mark.parametrize("text", ["", "- a", "{", "!!python/object/apply:os.system [ls]"])
def test_a_file_that_is_no_profile_is_refused(tmp_path, text):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(ProfileError, match=r"x\.yaml"):
        load_profile(path)


def test_a_missing_profile_and_two_of_one_name_are_named(tmp_path):
    with pytest.raises(ProfileError, match="nosuch"):
        load_profiles(["nosuch"])
    copy = tmp_path / "mine.yaml"
    copy.write_text((SHIPPED / "generic.yaml").read_text())
    with pytest.raises(ProfileError, match="two profiles are called 'generic'"):
        load_profiles(["generic", str(Path(copy))])
