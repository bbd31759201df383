"""Paths of the shipped rule sets: rendered, and read back exactly."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from sdm.errors import NameRefusedError, RulesError
from sdm.names import LONGEST, WINDOWS_DEVICES
from sdm.path_rules import (
    CATEGORIES,
    PathRules,
    Place,
    is_in_proposal,
    is_inside,
    parse,
    render,
    unowned_path,
    visit_patterns,
)
from sdm.rule_files import load_rules, shipped_rules

RULES = load_rules("maxiv_v1")
SLIDE = Place(category="visitors", beamline="biomax", proposal="20170251", visit="20240121")


ESRF = load_rules("esrf_v1")


def free(name: str, rules: PathRules = RULES) -> bool:
    return name.lower() not in {one.lower() for one in rules.reserved}


def names(rules: PathRules, longest: int = LONGEST):
    """Everything that the whitelist allows as one folder of a sample, said anew."""
    return (
        st.from_regex(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{longest - 1}}}", fullmatch=True)
        .filter(lambda name: ".." not in name and not name.endswith("."))
        .filter(lambda name: name.split(".")[0].lower() not in WINDOWS_DEVICES and free(name, rules))
    )


def samples(rules: PathRules):
    return st.lists(names(rules), max_size=rules.sample_depth).map("/".join)


categories = st.sampled_from(CATEGORIES)
visit_names = st.from_regex(r"[0-9]{8}([0-9]{2})?", fullmatch=True)
places = st.builds(
    Place,
    category=categories,
    beamline=st.from_regex(r"[a-z][a-z0-9-]{0,31}", fullmatch=True).filter(
        lambda name: name not in WINDOWS_DEVICES
    ),
    proposal=st.from_regex(r"[0-9]{8}", fullmatch=True),
    visit=visit_names,
    sample=samples(RULES),
)
esrf_places = st.builds(
    Place,
    category=categories,
    beamline=st.from_regex(r"(id|bm)[0-9]{2}[a-z]?", fullmatch=True),
    proposal=st.from_regex(r"[a-z]{2,4}[0-9]{1,6}", fullmatch=True).filter(
        lambda name: name not in WINDOWS_DEVICES
    ),
    visit=visit_names,
    sample=samples(ESRF),
)
any_place = st.one_of(places.map(lambda place: (RULES, place)), esrf_places.map(lambda place: (ESRF, place)))


def test_another_facility_is_another_file():
    place = Place(category="visitors", beamline="id00", proposal="ma1234", visit="20250509", sample="sample")
    assert render(ESRF, "/data", place).sample == "/data/visitor/ma1234/id00/20250509/RAW_DATA/sample"
    inhouse = place.model_copy(update={"category": "staff", "proposal": "blc1234", "sample": ""})
    paths = render(ESRF, "/data", inhouse)
    assert paths.raw == "/data/id00/inhouse/blc1234/id00/20250509/RAW_DATA"
    assert paths.process.endswith("/20250509/PROCESSED_DATA")


def test_a_path_in_whose_levels_two_beamlines_are_named_is_nobody_s():
    assert parse(ESRF, "/data", "/data/id00/inhouse/blc1234/id01/20250509/RAW_DATA") is None


@pytest.mark.parametrize("sample", ["raw_data", "x/SCRIPTS", "gallery"])
def test_no_sample_bears_the_name_of_a_folder_of_the_visit(sample):
    place = Place(category="visitors", beamline="id00", proposal="ma1234", visit="20250509", sample=sample)
    with pytest.raises(NameRefusedError, match="reserved"):
        render(ESRF, "/data", place)


def test_the_slide():
    paths = render(RULES, "/data", SLIDE)
    assert paths.raw == "/data/visitors/biomax/20170251/20240121/raw"
    assert paths.process == "/data/visitors/biomax/20170251/20240121/process"
    assert paths.sample == paths.raw


def test_samples_lie_below_raw():
    place = SLIDE.model_copy(update={"sample": "plastic/plastic-s1"})
    assert render(RULES, "/data", place).sample.endswith("/20240121/raw/plastic/plastic-s1")


@given(any_place, st.sampled_from(["/data", "/data/", "/mnt/tank/data", "/"]))
def test_every_legal_path_is_read_back_exactly(chosen, root):
    rules, place = chosen
    paths = render(rules, root, place)
    assert parse(rules, root, paths.sample) == place
    without_sample = place.model_copy(update={"sample": ""})
    for path in (paths.raw, paths.visit, paths.process, f"{paths.process}/deep/er"):
        assert parse(rules, root, path) == without_sample
    assert is_in_proposal(rules, root, paths.sample)
    assert not is_in_proposal(rules, root, unowned_path(rules, root, place.beamline))


@given(any_place, any_place)
def test_two_places_never_share_a_path(one, other):
    (rules, place), (its_rules, its_place) = one, other
    if rules is its_rules and place != its_place:
        assert render(rules, "/data", place).sample != render(rules, "/data", its_place).sample


@given(any_place, st.booleans(), categories)
def test_the_patterns_find_every_visit_of_a_beamline_and_no_other(chosen, of_one, other):
    rules, place = chosen
    parts = render(rules, "/data", place).visit.split("/")[2:]
    for category in (place.category, other):
        patterns = visit_patterns(rules, category, place.beamline, place.proposal if of_one else "")
        found = len(patterns) == len(parts) and all(
            re.fullmatch(pattern, part, re.ASCII) for pattern, part in zip(patterns, parts, strict=True)
        )
        assert found is (category == place.category)
    for elsewhere in (visit_patterns(rules, place.category, f"{place.beamline}x"),):
        assert not all(re.fullmatch(pattern, part) for pattern, part in zip(elsewhere, parts, strict=True))


@given(any_place, st.text(alphabet="abZ09._-/ \u00e9\n", max_size=12))
def test_whatever_is_read_below_raw_is_rendered_to_the_same_path(chosen, below):
    rules, place = chosen
    raw = render(rules, "/data", place.model_copy(update={"sample": ""})).raw
    found = parse(rules, "/data", f"{raw}/{below}")
    if found is not None:
        assert render(rules, "/data", found).sample == f"{raw}/{below}"


@given(any_place, st.integers(6, 90), st.text(max_size=3))
def test_a_path_with_anything_put_into_it_is_no_path_or_renders_to_itself(chosen, position, text):
    rules, place = chosen
    legal = render(rules, "/data", place).sample
    path = legal[:position] + text + legal[position:]
    found = parse(rules, "/data", path)
    if found is not None and found.sample:
        assert render(rules, "/data", found).sample == path


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


LEVEL = {"made_by": "us", "owner": "service", "group": "proposal", "modes": ["2770"]}


def document() -> dict:
    return RULES.model_dump(mode="json") | {
        "tree": [
            level.model_dump(mode="json") | {"modes": [f"{mode:o}" for mode in level.modes]}
            for level in RULES.tree
        ],
        "inside": RULES.inside.model_dump(mode="json") | {"modes": ["2770"]},
    }


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"sample_dept": 3}, "sample_dept"),
        ({"tree": []}, "tree"),
        ({"zone": "Europe/Lund"}, "Europe/Lund"),
        ({"patterns": {"category": "x"}}, "beamline is missing"),
        ({"visit_gap_hours": 0}, "visit_gap_hours"),
        ({"trees": {"staff": [{**LEVEL, "name": "{visit}"}]}}, "no level names {beamline}"),
        ({"tree": [{**LEVEL, "name": "{beamline}-{proposal}-{visit}"}]}, "visitors from staff"),
        ({"inside": {**LEVEL, "default_acl": "u::rwx"}}, "exactly one entry g::"),
        ({"inside": {**LEVEL, "default_acl": "u::rwx,g:rwx,o::---"}}, "'g:rwx' is no entry"),
    ],
)
def test_a_rule_set_that_cannot_be_used_says_why(tmp_path, change, reason):
    PathRules.model_validate(document())
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(document() | change))
    with pytest.raises(RulesError, match=reason):
        load_rules(str(file))


def test_a_folder_for_unowned_scans_that_a_proposal_may_own_is_refused():
    rules = RULES.model_copy(update={"unowned": "staff/{beamline}/00000000"})
    with pytest.raises(RulesError, match="lies in a proposal"):
        unowned_path(rules, "/data", "biomax")


def test_a_level_that_can_be_read_in_two_ways_refuses_to_render():
    level = RULES.tree[3].model_copy(update={"name": "{proposal}-{visit}"})
    patterns = {**RULES.patterns, "proposal": "[0-9-]+", "visit": "[0-9-]+"}
    rules = RULES.model_copy(update={"tree": (*RULES.tree[:2], level), "patterns": patterns})
    place = SLIDE.model_copy(update={"proposal": "1", "visit": "2-3"})
    with pytest.raises(RulesError, match="read back as another place"):
        render(rules, "/data", place)


def test_an_unknown_rule_set_names_the_shipped_ones():
    with pytest.raises(RulesError, match="maxiv_v1"):
        load_rules("maxiv_v0")
