"""Paths of the MAX IV rule set: rendered, and read back exactly."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sdm.errors import NameRefusedError, RulesError
from sdm.names import WINDOWS_DEVICES
from sdm.path_rules import PathRules, Place, is_in_proposal, is_inside, parse, render, unowned_path
from sdm.rule_files import load_rules, shipped_rules

RULES = load_rules("maxiv_v1")
SLIDE = Place(category="visitors", beamline="biomax", proposal="20170251", visit="20240121")


def free(name: str) -> bool:
    return name.lower() not in RULES.reserved and name.split(".")[0].lower() not in WINDOWS_DEVICES


parts = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,20}(\.[A-Za-z0-9_-]{1,5})?", fullmatch=True).filter(free)
places = st.builds(
    Place,
    category=st.sampled_from(["visitors", "staff", "proprietary"]),
    beamline=st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True).filter(free),
    proposal=st.from_regex(r"[0-9]{8}", fullmatch=True),
    visit=st.from_regex(r"[0-9]{8}([0-9]{2})?", fullmatch=True),
    sample=st.lists(parts, max_size=4).map("/".join),
)


def test_the_slide():
    paths = render(RULES, "/data", SLIDE)
    assert paths.raw == "/data/visitors/biomax/20170251/20240121/raw"
    assert paths.process == "/data/visitors/biomax/20170251/20240121/process"
    assert paths.sample == paths.raw


def test_samples_lie_below_raw():
    place = SLIDE.model_copy(update={"sample": "plastic/plastic-s1"})
    assert render(RULES, "/data", place).sample.endswith("/20240121/raw/plastic/plastic-s1")


@given(places, st.sampled_from(["/data", "/data/", "/mnt/tank/data", "/"]))
def test_every_legal_path_is_read_back_exactly(place, root):
    paths = render(RULES, root, place)
    assert parse(RULES, root, paths.sample) == place
    without_sample = place.model_copy(update={"sample": ""})
    for path in (paths.raw, paths.visit, paths.process, f"{paths.process}/deep/er"):
        assert parse(RULES, root, path) == without_sample
    assert is_in_proposal(RULES, root, paths.sample)
    assert not is_in_proposal(RULES, root, unowned_path(RULES, root, place.beamline))


@given(places, st.integers(6, 90), st.text(max_size=3))
def test_a_path_with_anything_put_into_it_is_no_path_or_renders_to_itself(place, position, text):
    legal = render(RULES, "/data", place).sample
    path = legal[:position] + text + legal[position:]
    found = parse(RULES, "/data", path)
    if found is not None and found.sample:
        assert render(RULES, "/data", found).sample == path


@pytest.mark.parametrize(
    "path",
    [
        "/data/visitors/biomax/20170251",
        "/data/visitors/biomax/20170251/20240121/raw/../../../20170252/20240121/raw",
        "/data/visitors/biomax/20170251//20240121/raw",
        "/data/visitors/biomax/20170251/20240121/raw/",
        "/data/visitors/biomax/2017025x/20240121/raw",
        "/data/somebody/biomax/20170251/20240121/raw",
        "/elsewhere/visitors/biomax/20170251/20240121/raw",
        "/data/visitors/biomax/٢٠١٧٠٢٥١/20240121/raw",
        "data/visitors/biomax/20170251/20240121/raw",
        "",
    ],
)
def test_what_is_no_visit_is_read_as_none(path):
    assert parse(RULES, "/data", path) is None


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/data/visitors/biomax/20170251", True),
        ("/data/visitors/biomax/20170251/notes", True),
        ("/data/visitors/biomax/20170251/20240121/raw/a/b/c/d/e/f/ g", True),
        ("/data/visitors/biomax/../biomax/20170251", True),
        ("/data/visitors/biomax", False),
        ("/data/staff/biomax/unowned", False),
        ("/scratch/20170251", False),
    ],
)
def test_the_tree_of_a_proposal_is_known_at_any_depth(path, inside):
    assert is_in_proposal(RULES, "/data", path) is inside


def test_inside_is_compared_as_normalised_text():
    assert is_inside("/a/raw", "/a/raw")
    assert is_inside("/a/raw/x/../y", "/a/raw")
    assert not is_inside("/a/raw/../other", "/a/raw")
    assert not is_inside("/a/raw2", "/a/raw")


@pytest.mark.parametrize(
    "wrong", [{"proposal": "2017025"}, {"visit": "2024-01-21"}, {"beamline": "BioMAX"}, {"sample": "Raw"}]
)
def test_a_name_the_rules_do_not_want_is_refused(wrong):
    with pytest.raises(NameRefusedError) as refused:
        render(RULES, "/data", SLIDE.model_copy(update=wrong))
    assert refused.value.field == next(iter(wrong))


@pytest.mark.parametrize(
    ("proposal_type", "category"),
    [
        ("Normal", "visitors"),
        ("", "visitors"),
        ("Proprietary", "proprietary"),
        ("proprietary", "proprietary"),
        ("In-house", "staff"),
    ],
)
def test_the_category_follows_from_the_type_of_the_proposal(proposal_type, category):
    assert RULES.category_of(proposal_type) == category


def test_every_shipped_rule_set_loads_under_its_own_name():
    assert shipped_rules()
    for name in shipped_rules():
        assert load_rules(name).name == name


def document() -> dict:
    return RULES.model_dump(mode="json") | {
        "tree": [
            level.model_dump() | {"modes": [f"{mode:o}" for mode in level.modes]} for level in RULES.tree
        ],
        "inside": RULES.inside.model_dump() | {"modes": ["2770"]},
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sample_dept": 3}, "sample_dept"),
        ({"tree": []}, "tree"),
        ({"zone": "Europe/Lund"}, "Europe/Lund"),
        ({"patterns": {"category": "x"}}, "beamline is missing"),
        ({"visit_gap_hours": 0}, "visit_gap_hours"),
    ],
)
def test_a_rule_set_that_cannot_be_used_says_why(tmp_path, change, reason):
    PathRules.model_validate(document())
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(document() | change))
    with pytest.raises(RulesError, match=reason):
        load_rules(str(file))


def test_an_unknown_rule_set_names_the_shipped_ones():
    with pytest.raises(RulesError, match="maxiv_v1"):
        load_rules("maxiv_v0")
