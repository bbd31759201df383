"""pytango 10.3.0 and 10.3.1 dead-lock Sardana: excluded for everybody, 10.1.6 for demo and tests."""

import configparser
import re

from bootstrap.layout import CHECKOUT, CONSTRAINTS


def requirement(name: str) -> str:
    parser = configparser.ConfigParser()
    parser.read(CHECKOUT / "setup.cfg")
    lines = parser["options"]["install_requires"].split()
    return next(line for line in lines if re.match(rf"{name}\b", line))


def test_setup_cfg_excludes_the_versions_that_dead_lock() -> None:
    assert {"!=10.3.0", "!=10.3.1"} <= set(requirement("pytango").removeprefix("pytango").split(","))


def test_the_constraints_pin_the_version_that_was_measured() -> None:
    assert "pytango==10.1.6" in CONSTRAINTS.read_text().split()


def test_this_environment_has_it() -> None:
    import tango

    assert tango.__version__ == "10.1.6"
