"""The demo's acquisition program writes as vendor software does: in pieces, CRLF, never over a file."""

import pytest
from click.testing import CliRunner

from scizoo.demo.acquisition import main


def save(folder, *options):
    return CliRunner().invoke(main, [str(folder), "--duration", "0", *options])


@pytest.mark.parametrize("style", ["in-place", "temporary"])
def test_it_leaves_one_file_of_the_form_of_a_text_export(tmp_path, style):
    result = save(tmp_path, "--spectrum", "Ag_0007", "--style", style, "--sample", "Ag; 50 % = half")
    assert (result.exit_code, result.output) == (0, f"{tmp_path}/Ag_0007.txt\n")
    assert [path.name for path in tmp_path.iterdir()] == ["Ag_0007.txt"]
    lines = (tmp_path / "Ag_0007.txt").read_bytes().split(b"\r\n")
    assert lines[:2] == [b"[Info]", b"Number of Regions=0002"]
    assert b"Sample=Ag; 50 % = half" in lines
    assert not any(b"\n" in line for line in lines)


def test_each_region_has_as_many_rows_as_its_head_says(tmp_path):
    save(tmp_path)
    blocks = (tmp_path / "Ag_0001.txt").read_text().split("[Region ")[1:]
    for block in blocks:
        (size,) = [line.split("=")[1] for line in block.splitlines() if line.startswith("Dimension 1 size")]
        rows = [line for line in block.split("[Data ")[1].splitlines()[1:] if line]
        assert len(rows) == int(size) > 300


def test_a_file_that_is_there_is_never_overwritten(tmp_path):
    save(tmp_path)
    before = (tmp_path / "Ag_0001.txt").read_bytes()
    result = save(tmp_path)
    assert result.exit_code == 1 and "choose another" in result.output
    assert (tmp_path / "Ag_0001.txt").read_bytes() == before
