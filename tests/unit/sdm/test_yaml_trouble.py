"""A YAML file with a mistake: people learn where it is, and nothing of what stands there."""

from pathlib import Path

import pytest

from sdm.errors import OfficeUnavailableError, SdmError
from sdm.groups.settings_file import load_settings
from sdm.user_office.yaml_office import YamlOffice

MISTAKES = [
    (b"proposals:\n  - title: Secret: cathode\n", "line 2, column 18"),
    (b"proposals:\n  - {title: *cathode}\n", "line 2, column 13"),
    (b"proposals:\n  - {title: !cathode x}\n", "line 2, column 13"),
    (b"cathode: \xff\n", "byte 10 is no UTF-8"),
]


@pytest.mark.parametrize(("text", "place"), MISTAKES)
def test_no_title_of_the_user_offices_file_is_told(tmp_path: Path, text: bytes, place: str) -> None:
    file = tmp_path / "office.yaml"
    file.write_bytes(text)
    with pytest.raises(OfficeUnavailableError, match=place) as caught:
        YamlOffice(file=str(file)).everything()
    assert "cathode" not in str(caught.value)


@pytest.mark.parametrize(("text", "place"), MISTAKES)
def test_no_secret_that_was_named_by_mistake_is_told(tmp_path: Path, text: bytes, place: str) -> None:
    file = tmp_path / "groups.password"
    file.write_bytes(text)
    with pytest.raises(SdmError, match=place) as caught:
        load_settings(file)
    assert "cathode" not in str(caught.value)
