"""What the witness recorder has written about each scan."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sardana_recorders.data_recorder_env import OURS, VARIABLE, winner
from scizoo.services.sardana import Sardana
from tests.bad_days.harness.clients import environment_of

STATUS = {0: "completed", 1: "stopped", 2: "aborted", 3: "failed"}
"""Sardana's ``ScanEndStatus`` in our words."""


@dataclass(frozen=True)
class Testimony:
    """One scan as the witness saw it; ``status`` is none when it saw no end."""

    __test__ = False  # its name is no test's

    begun: bool = False
    status: str | None = None
    points: int | None = None


def call_witness(sardana: Sardana) -> None:
    """Let the witness stand behind our recorder on every scan of the Door."""
    _set_recorders(sardana, [OURS, "Witness"])


def dismiss_witness(sardana: Sardana) -> None:
    """Leave our recorder alone, as before."""
    _set_recorders(sardana, [OURS])


def read_testimony(path: Path) -> Mapping[str, Testimony]:
    """Return what the witness says, by the scan's title."""
    told: dict[str, Testimony] = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        said = json.loads(line)
        ended = said["what"] == "end"
        told[said["title"]] = Testimony(
            True, STATUS[said["status"]] if ended else None, said["points"] if ended else None
        )
    return told


def _set_recorders(sardana: Sardana, names: list[str]) -> None:
    environment = environment_of(sardana.macro_server)
    setting = winner(environment.read(), sardana.address)
    environment.change({setting.key if setting else VARIABLE: names}, ())  # type: ignore[dict-item]
