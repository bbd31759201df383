"""Parts stand on one another, and their Debian packages are named."""

from bootstrap.parts import PARTS, closure


def test_a_part_comes_after_what_it_stands_on() -> None:
    assert [part.name for part in closure(("test",), is_root=False)] == ["demo", "kafka", "test"]


def test_only_root_gets_what_only_root_can_run() -> None:
    assert [part.name for part in closure(("test",), is_root=True)] == ["demo", "kafka", "samba", "test"]


def test_the_demo_needs_no_maven_and_no_mariadb() -> None:
    packages = {package for part in closure(("demo",)) for package in part.debian_packages}
    assert "libcurl4" in packages
    assert not any(word in package for package in packages for word in ("maven", "mariadb", "tango"))


def test_packages_are_named_once() -> None:
    names = [name for each in PARTS.values() for name in each.debian_packages]
    assert len(names) == len(set(names))
    assert all(name == name.strip() and " " not in name for name in names)
