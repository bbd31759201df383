"""The set-up says in words what a machine lacks."""

from pathlib import Path

import pytest

from bootstrap.errors import SetupError
from bootstrap.machine import check_offers, check_python, is_debian_12
from bootstrap.parts import Part


def test_an_old_python_is_named_with_what_to_do() -> None:
    with pytest.raises(SetupError, match=r"python3 is 3\.9, 3\.10 or newer is needed: make setup PYTHON="):
        check_python((3, 9))


def complaint(part: Part, *modules: str) -> str:
    """Return what a machine that must offer this is told; empty when it offers everything."""
    try:
        check_offers([part], modules)
    except SetupError as error:
        return str(error)
    return ""


def test_a_machine_that_lacks_something_is_told_all_of_it() -> None:
    part = Part("x", libraries=("libnothere.so.7", "libc.so.6"), programs=("no-such-program", "sh"))
    missing = "libnothere.so.7, no-such-program, Python's module nomodule. Install"
    assert missing in complaint(part, "json", "nomodule")


def test_a_machine_that_offers_everything_is_fine() -> None:
    assert complaint(Part("x", libraries=("libc.so.6",), programs=("sh",)), "json") == ""


@pytest.mark.parametrize(
    "release",
    ['ID=ubuntu\nVERSION_ID="22.04"\n', 'ID=debian\nVERSION_ID="13"\n', "ID=debian\n", ""],
)
def test_other_systems_are_not_debian_12(tmp_path: Path, release: str) -> None:
    file = tmp_path / "os-release"
    file.write_text(release)
    assert not is_debian_12(file)
    assert not is_debian_12(tmp_path / "missing")
