"""What happens to tests of rights when nobody is root: the last line says what was not run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs_root import CHECKOUT, sudo_works

CONFTEST = """
from tests.needs_root import NeedsRoot

def pytest_configure(config):
    config.pluginmanager.register(NeedsRoot(is_root={is_root}, sudo={sudo}))
"""
TESTS = """
import pytest

def test_of_anybody(): pass

@pytest.mark.needs_root
def test_of_rights(): pass

@pytest.mark.needs_root
def test_of_more_rights(): pass
"""


@pytest.fixture(params=[0, 2], ids=["alone", "two processes"])
def run(tmp_path: Path, request: pytest.FixtureRequest):
    def run(is_root: bool, sudo: tuple[str, ...]) -> list[str]:
        (tmp_path / "conftest.py").write_text(CONFTEST.format(is_root=is_root, sudo=sudo))
        (tmp_path / "test_rights.py").write_text(TESTS)
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", tmp_path, tmp_path]
        command += ["-p", "xdist", "-n", str(request.param), "--basetemp", tmp_path / "base"]
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
        variables = {**ours, "PYTHONPATH": str(CHECKOUT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        done = subprocess.run(
            command, cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=240
        )
        return done.stdout.splitlines()

    return run


def test_root_runs_them_all(run):
    assert "3 passed" in run(True, ())[-1]


def test_anybody_else_reads_in_the_last_line_how_many_were_not_run(run):
    lines = run(False, ())
    assert "1 passed" in lines[-2]
    assert lines[-1] == "NOT RUN (needs root): 2 tests"


def test_who_may_sudo_without_a_password_runs_them_that_way(run):
    lines = run(False, ("echo", "as root:"))
    (command,) = [line for line in lines if line.startswith("as root:")]
    assert command.endswith("test_rights.py::test_of_rights test_rights.py::test_of_more_rights")
    assert not any(line.startswith("NOT RUN") for line in lines)


@pytest.mark.parametrize("mode", [None, 0o644])
def test_where_there_is_no_sudo_that_may_be_run_it_does_not_work(tmp_path, monkeypatch, mode):
    if mode is not None:
        (tmp_path / "sudo").touch(mode)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not sudo_works()
