"""The user office in a YAML file, and how one is chosen."""

from importlib.resources import as_file, files
from pathlib import Path

import pytest

from sdm.errors import OfficeSettingsError, OfficeUnavailableError, UnknownProposalError
from sdm.user_office.choose import open_office, parse_settings
from sdm.user_office.yaml_office import YamlOffice


@pytest.fixture
def office():
    with as_file(files("sdm.user_office").joinpath("example.yaml")) as path:
        yield YamlOffice(file=str(path))


def test_the_example_is_read_whole(office):
    numbers = [proposal.number for proposal in office.proposals("demo")]
    assert numbers == ["20260104", "20260103", "20260102", "20260101"]
    assert office.proposals("elsewhere") == []


def test_a_proposal_knows_its_people(office):
    proposal = office.proposal("20260101")
    assert proposal.pi.name == "Ada Lovelace"
    assert proposal.has("carlcarl")
    assert not proposal.has("gracehop")
    assert len(office.proposal("20260104").blocks_at("demo")) == 2


def test_an_unknown_proposal_is_an_answer(office):
    with pytest.raises(UnknownProposalError, match="20269999"):
        office.proposal("20269999")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("proposals: [{number: 20260101}]", "valid string"),
        ("proposals: [{number: '1', titel: x}]", "proposals.0.titel"),
        ("proposals: [{number: '1'}, {number: '1'}]", "more than once"),
        (
            "proposals: [{number: '1', schedule: [{beamline: b, start: 2024-01-02T08:00:00Z, "
            "end: 2024-01-01T08:00:00Z}]}]",
            "ends at",
        ),
        (
            "proposals: [{number: '1', schedule: [{beamline: b, start: 2024-01-01 08:00:00, "
            "end: 2024-01-02 08:00:00}]}]",
            "timezone",
        ),
        ("proposals: [", "no YAML"),
        ("", "valid dictionary"),
    ],
)
def test_a_file_that_cannot_be_understood_names_the_place(tmp_path, text, reason):
    file = tmp_path / "office.yaml"
    file.write_text(text)
    with pytest.raises(OfficeUnavailableError, match=reason):
        YamlOffice(file=str(file)).proposals("demo")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(OfficeUnavailableError, match="absent.yaml"):
        YamlOffice(file=str(tmp_path / "absent.yaml")).proposals("demo")


def test_an_office_is_chosen_by_its_entry_point(tmp_path):
    (tmp_path / "office.yaml").write_text("proposals: []")
    office = open_office("yaml", parse_settings([f"file = {tmp_path}/office.yaml"]))
    assert office.proposals("demo") == []


def install_office(folder: Path, line: str) -> None:
    """Install a distribution with an office of its own into a folder on ``sys.path``."""
    (folder / "site_office.py").write_text(
        "class SiteOffice:\n"
        "    def __init__(self, *, url): self.url = url\n"
        "    def proposals(self, beamline): return [self.url, beamline]\n"
    )
    metadata = folder / "site_office-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: site-office\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[scizoo.user_office]\n{line}\n")


def test_a_site_brings_its_own_office_by_an_entry_point(tmp_path, monkeypatch):
    install_office(tmp_path, "site = site_office:SiteOffice")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert open_office("site", {"url": "here"}).proposals("demo") == ["here", "demo"]
    with pytest.raises(OfficeSettingsError, match="url"):
        open_office("site", {})


def test_no_other_office_bears_the_name_of_ours(tmp_path, monkeypatch):
    install_office(tmp_path, "yaml = site_office:SiteOffice")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(OfficeSettingsError, match="file"):
        open_office("yaml", {"url": "here"})


def test_an_office_that_cannot_be_loaded_says_why(tmp_path, monkeypatch):
    install_office(tmp_path, "site = site_office:Absent")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(OfficeSettingsError, match="cannot be loaded.*Absent"):
        open_office("site", {})


@pytest.mark.parametrize("kind", ["duo", "scicat"])
def test_settings_of_an_office_on_the_network_are_checked_at_once(kind):
    with pytest.raises(OfficeSettingsError, match=f"user office '{kind}': .*https is wanted"):
        open_office(kind, {"url": "http://office.example.org", "secret_env": "X"})


@pytest.mark.parametrize(
    ("kind", "settings", "reason"),
    [
        ("duo2", {}, "there is: duo, scicat, yaml"),
        ("yaml", {}, "file"),
        ("yaml", {"file": "x", "url": "y"}, "url"),
    ],
)
def test_a_wrong_choice_says_what_is_wrong(kind, settings, reason):
    with pytest.raises(OfficeSettingsError, match=reason):
        open_office(kind, settings)


def test_a_setting_is_name_and_value():
    assert parse_settings(["url=https://x/?a=b"]) == {"url": "https://x/?a=b"}
    with pytest.raises(OfficeSettingsError, match="nothing"):
        parse_settings(["nothing"])
