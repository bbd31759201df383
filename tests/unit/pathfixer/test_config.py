"""The configuration of a PathFixer."""

import pytest
from pydantic import ValidationError

from pathfixer.config import Config
from pathfixer.endstations import Endstation
from sdm.rule_files import load_rules

RULES = load_rules("maxiv_v1")


def test_the_beamline_is_all_that_must_be_said():
    config = Config(beamline="biomax")
    assert config.unowned(RULES) == "/data/staff/biomax/unowned"
    assert config.state_folder("B311A/CTL/SDM-01") == config.state_folder("b311a/ctl/sdm-01")
    assert str(config.state_folder("b311a/ctl/sdm-01")) == "/var/lib/scizoo/pathfixer/b311a_ctl_sdm-01"
    assert config.endstation_of(None) == Endstation("None")
    assert config.endstation_names() == ["None"]


def test_groups_follow_the_rules_or_the_site():
    who = Config(beamline="biomax").principals(RULES, 700, "20170251")
    assert (who.service, who.beamline, who.proposal) == (700, "biomax", "20170251-group")
    who = Config(beamline="biomax", proposal_group="#61020").principals(RULES, 700, "20170251")
    assert who.proposal == 61020


def test_an_endstation_has_its_own_and_none_means_everything():
    config = Config(
        beamline="b", macro_servers=("ms/a/1",), endstations=("EA01 = ms/b/1, MS/A/1", "EA02=ms/c/1")
    )
    assert config.endstation_names() == ["None", "EA01", "EA02"]
    assert config.endstation_of("EA01").macro_servers == ("ms/b/1", "MS/A/1")
    assert [one.lower() for one in config.endstation_of(None).macro_servers] == ["ms/a/1", "ms/b/1", "ms/c/1"]
    assert config.endstation_of("EA09") == Endstation("EA09"), "configured no longer: it has nothing"


def test_doors_are_told_for_all_macro_servers_or_asked_for():
    stations = ("EA01=ms/b/1; doors=door/b/1",)
    assert Config(beamline="b", endstations=stations).endstation_of(None).doors == ("door/b/1",)
    partly = Config(beamline="b", macro_servers=("ms/a/1",), endstations=stations)
    assert partly.endstation_of(None).doors == ()
    assert partly.endstation_of("EA01").doors == ("door/b/1",)


def test_an_endstation_chooses_listeners_and_a_selection():
    config = Config(
        beamline="b",
        listeners=("b/det/1/FilePath={path}/{sample}", "b/det/2/FilePath={path}"),
        endstations=(
            "EA01=; listeners=b/det/1/FilePath; selection=b/ctl/scidog-01:eiger",
            "EA02=; selection=b/ctl/scidog-01:pilatus",
        ),
    )
    chosen = ("b/det/1/FilePath", "b/ctl/scidog-01/ActiveSelectionName")
    assert config.endstation_of("EA01").followers == chosen
    assert config.endstation_of(None).followers == ("b/det/1/FilePath", "b/det/2/FilePath")
    assert [line.attribute for line in config.listener_lines()] == [
        "b/det/1/FilePath",
        "b/det/2/FilePath",
        "b/ctl/scidog-01/activeselectionname",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"beamline": "BioMAX"},
        {"data_root": "data"},
        {"watch_interval": 0},
        {"endstations": ("EA01",)},
        {"endstations": ("None=ms/a/1",)},
        {"endstations": ("EA01=ms/a/1; door=door/a/1",)},
        {"endstations": ("EA01=; selection=eiger",)},
        {"endstations": ("EA01=; listeners=b/det/1/FilePath",)},
        {"listeners": ("b/det/1={path}",)},
        {"listeners": ("b/det/1/FilePath=",)},
        {"listeners": ("b/det/1/FilePath={paths}",)},
        {"scan_file": ("20260101",)},
        {"scan_file": ("{sample}.h5",)},
    ],
)
def test_what_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Config(**({"beamline": "b"} | wrong))
