"""The configuration of a PathFixer."""

import pytest
from pydantic import ValidationError

from pathfixer.config import Config
from sdm.rule_files import load_rules

RULES = load_rules("maxiv_v1")


def test_the_beamline_is_all_that_must_be_said():
    config = Config(beamline="biomax")
    assert config.unowned(RULES) == "/data/staff/biomax/unowned"
    assert str(config.state_folder("b311a/ctl/sdm-01")) == "/var/lib/scizoo/pathfixer/b311a_ctl_sdm-01"
    assert config.all_macro_servers() == ()
    assert config.endstation_names() == ["None"]


def test_groups_follow_the_rules_or_the_site():
    who = Config(beamline="biomax").principals(RULES, 700, "20170251")
    assert (who.service, who.beamline, who.proposal) == (700, "biomax", "20170251-group")
    who = Config(beamline="biomax", proposal_group="#61020").principals(RULES, 700, "20170251")
    assert who.proposal == 61020


def test_an_endstation_has_its_own_macro_servers():
    config = Config(
        beamline="b", macro_servers=("ms/a/1",), endstations=("EA01 = ms/b/1, MS/A/1", "EA02=ms/c/1")
    )
    assert config.endstation_names() == ["None", "EA01", "EA02"]
    assert config.macro_servers_of(None) == ("ms/a/1",)
    assert config.macro_servers_of("EA01") == ("ms/b/1", "MS/A/1")
    assert [name.lower() for name in config.all_macro_servers()] == ["ms/a/1", "ms/b/1", "ms/c/1"]


@pytest.mark.parametrize(
    "wrong",
    [{"beamline": "BioMAX"}, {"data_root": "data"}, {"endstations": ("EA01",)}, {"watch_interval": 0}],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Config(**({"beamline": "b"} | wrong))
