"""A second set-up has nothing to do, and every change of its inputs is noticed."""

import subprocess
import sys

from bootstrap.layout import CHECKOUT
from bootstrap.stamps import digest, inputs


def test_the_digest_is_stable() -> None:
    assert digest() == digest()


def test_everything_that_says_what_to_install_is_an_input() -> None:
    names = {path.relative_to(CHECKOUT).as_posix() for path in inputs()}
    assert {
        "setup.cfg",
        "constraints.txt",
        "bootstrap/parts.py",
        "bootstrap/kafka/pom.xml",
        "bootstrap/debian_packages/qt.txt",
    } <= names


def test_wrong_usage_is_exit_code_2() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bootstrap", "nonsense"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, "usage: python3 -m bootstrap demo|kafka|test …\n")
