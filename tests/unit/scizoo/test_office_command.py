"""``scizoo office``: is the user office connected, and what does it tell."""

import json

import pytest
from click.testing import CliRunner

from scizoo.cli.main import main
from scizoo.services.site import EXAMPLE_OFFICE
from sdm.testing.duo_server import SECRET, DuoServer
from sdm.user_office.yaml_office import YamlOffice

YAML = ["--beamline", "demo", "--set", f"file={EXAMPLE_OFFICE}"]


def scizoo(*words: str):
    return CliRunner().invoke(main, ["office", *words])


def test_the_proposals_of_a_beamline_are_listed_without_secret_titles():
    done = scizoo(*YAML)
    assert done.exit_code == 0
    assert "20260101  Accepted   Ice in porous glass under pressure" in done.output
    assert "20260102  Accepted\n" in done.output
    assert "cathode" not in done.output


def test_a_proposal_is_shown_with_its_category_and_visits():
    shown = json.loads(scizoo("20260104", *YAML).output)
    assert (shown["category"], shown["visits"], shown["pi"]["account"]) == ("visitors", ["20261120"], "cswu")
    closed = scizoo("20260102", *YAML).output
    assert json.loads(closed)["category"] == "proprietary"
    assert "cathode" not in closed and "Not for everybody" not in closed


def test_it_asks_a_duo_as_path_fixer_would(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    with DuoServer(YamlOffice(file=str(EXAMPLE_OFFICE)).everything()) as duo:
        settings = [f"url={duo.url}", f"secret_file={secret}", "facility=demo"]
        words = [word for line in settings for word in ("--set", line)]
        shown = json.loads(scizoo("20260101", "--kind", "duo", "--beamline", "demo", *words).output)
    assert shown["members"][0]["account"] == "carlcarl"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["20269999", *YAML], "knows no proposal '20269999'"),
        (["--kind", "duo", "--beamline", "demo"], "url: Field required"),
        (["--kind", "absent", "--beamline", "demo"], "no user office 'absent'"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(words, reason):
    done = scizoo(*words)
    assert done.exit_code == 1
    assert reason in done.output
