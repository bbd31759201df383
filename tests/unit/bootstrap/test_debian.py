"""Absolute links of an unpacked package point inside it."""

from pathlib import Path

from bootstrap.debian import relink, unread_sources


def test_an_absolute_link_is_turned_inside(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "maven").write_text("settings")
    (tmp_path / "usr").mkdir()
    (tmp_path / "usr" / "conf").symlink_to("/etc/maven")
    relink(tmp_path)
    assert (tmp_path / "usr" / "conf").read_text() == "settings"
    relink(tmp_path)
    assert (tmp_path / "usr" / "conf").readlink() == tmp_path / "etc" / "maven"


def test_relative_links_and_links_to_what_is_not_unpacked_stay(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "c").symlink_to("/nowhere/at/all")
    relink(tmp_path)
    assert (tmp_path / "a").readlink() == Path("b")
    assert (tmp_path / "c").readlink() == Path("/nowhere/at/all")


def test_sources_that_could_not_be_read_are_told() -> None:
    output = "Err:1 x\nW: Failed to fetch x  Could not resolve 'x'\nW: Some index files failed to download.\n"
    assert unread_sources(output) == ["Failed to fetch x  Could not resolve 'x'"]
