"""Tests marked ``needs_root``: for anybody else the last line of the run says how many were not run."""

import os

import pytest

_left_out: list[str] = []


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "needs_root: becomes other users, or starts what only root may start")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.geteuid() == 0:
        return
    rooted = [item for item in items if item.get_closest_marker("needs_root")]
    _left_out.extend(item.nodeid for item in rooted)
    items[:] = [item for item in items if item not in rooted]
    config.hook.pytest_deselected(items=rooted)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _left_out:
        terminalreporter.write_line(f"NOT RUN (needs root): {len(_left_out)} tests")
