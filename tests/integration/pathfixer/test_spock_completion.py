"""TAB in a real Spock after our macros: users, proposals, visits and samples of the real PathFixer."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scizoo.demo.spock import PROFILE, make_spock_profile
from scizoo.services.system_packages import script
from tests.processes import freeze
from tests.quickness import best_seconds
from tests.waiting import wait_for

ASK = "print('TAB', __import__('json').dumps(get_ipython().complete(None, {line!r})[1]))"


class Spock:
    """A Spock that is typed into through its standard input."""

    def __init__(self, folder: Path, door: str, macro_server: str) -> None:
        home = make_spock_profile(folder, door, macro_server)
        self._said = folder / "spock.log"
        self._log = self._said.open("wb")
        self._spock = subprocess.Popen(
            [script("spock"), f"--profile={PROFILE}", "--simple-prompt", "--no-banner"],
            env={**os.environ, "IPYTHONDIR": str(home), "HOME": str(folder), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def offers(self, line: str) -> list[str]:
        """Return what TAB offers at the end of a line."""
        before = len(self._answers())
        assert self._spock.stdin
        self._spock.stdin.write(ASK.format(line=line).encode() + b"\n")
        self._spock.stdin.flush()
        wait_for(lambda: len(self._answers()) > before, 90, f"an answer of Spock in {self._said}")
        return list(json.loads(self._answers()[-1]))

    def comes_to_offer(self, line: str, wanted: list[str]) -> None:
        """Press TAB until it offers this: it never waits longer than a second for PathFixer."""
        wait_for(lambda: self.offers(line) == wanted, 60, f"{wanted} offered after {line!r}")

    def close(self) -> None:
        assert self._spock.stdin
        self._spock.stdin.close()
        try:
            self._spock.wait(60)
        finally:
            self._spock.kill()
            self._log.close()

    def _answers(self) -> list[str]:
        lines = self._said.read_text(errors="replace").splitlines()
        return [line.split("TAB ", 1)[1] for line in lines if "TAB [" in line]


@pytest.fixture
def spock(scanning, tango_db, tmp_path: Path) -> Iterator[Spock]:
    database = f"tango://{tango_db.address}"
    sardana = scanning.sardana
    spock = Spock(tmp_path, f"{database}/{sardana.address}", f"{database}/{sardana.macro_server}")
    yield spock
    spock.close()


def test_tab_offers_what_path_fixer_knows_and_never_waits_long(spock, scanning):
    scanning.client.open_session("carlcarl", "20260101", visit="20260914", sample="ice")
    scanning.client.set_sample("air")
    for line, offered in (
        ("newsess", ["%newsession"]),
        ("newsession ", ["carlcarl"]),
        ("newsession carlcarl 2026", ["20260101"]),
        ("newsession carlcarl 20260101 n", ["now"]),
        ("newsample ", ["air", "ice"]),
    ):
        spock.comes_to_offer(line, offered)
    freeze(scanning.server.pid)
    try:
        assert "air" not in spock.offers("newsample ")
        assert best_seconds(lambda: spock.offers("newsample "), 3, 3) < 3
    finally:
        os.kill(scanning.server.pid, signal.SIGCONT)
