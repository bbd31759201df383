"""Libraries that Debian packages bring along do not get in the way of this Python."""

from bootstrap.gui import SET_ASIDE, set_python_aside


def test_debians_libpython_is_kept_apart_from_the_libraries_for_windows(tmp_path):
    libraries = tmp_path / "usr/lib/x86_64-linux-gnu"
    libraries.mkdir(parents=True)
    (libraries / "libpython3.11.so.1.0").write_text("python")
    (libraries / "libpython3.11.so.1").symlink_to("libpython3.11.so.1.0")
    (libraries / "libGL.so.1").write_text("windows")
    for _ in range(2):
        set_python_aside(tmp_path)
        assert [path.name for path in libraries.iterdir()] == ["libGL.so.1"]
        assert (tmp_path / SET_ASIDE / "libpython3.11.so.1").read_text() == "python"
