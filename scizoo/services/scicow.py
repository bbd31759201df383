"""The consumers: one process ``scicow run`` per catalogue."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from scizoo.services.errors import ServiceError
from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service
from scizoo.services.system_packages import script

READS = re.compile(r" reads \S+\[\d+\] from ")
TOPICS_LIMIT_S = 120


class Scicow(Service):
    """``scicow run --sink <sink>``; ready when it has its partitions, so that nothing waits for it later.

    Parameters
    ----------
    configuration
        The file that `write_configuration` has made.
    """

    def __init__(self, folder: RunFolder, sink: str, configuration: Path, bound: bool = True) -> None:
        super().__init__(folder, bound)
        self.sink = sink
        self.name = f"scicow-{sink}"
        self.configuration = configuration
        self._log_begins = 0

    @property
    def address(self) -> str:
        """It listens nowhere: the name of its consumer group."""
        return self.name

    def prepare(self) -> None:
        """Remember where this life's log begins."""
        self._log_begins = self.log_file.stat().st_size if self.log_file.exists() else 0

    def command(self) -> Sequence[str | Path]:
        """Return the consumer of one sink."""
        return [script("scicow"), "run", "--sink", self.sink, "--config", self.configuration]

    def answers(self) -> bool:
        """Tell whether it has said that it reads."""
        with self.log_file.open("rb") as log:
            log.seek(self._log_begins)
            return READS.search(log.read().decode(errors="replace")) is not None


def write_configuration(path: Path, configuration: Mapping[str, Any]) -> None:
    """Write the YAML file of all consumers; only this account may read it."""
    path.touch(mode=0o600)
    path.write_text(yaml.safe_dump(dict(configuration), sort_keys=False), encoding="utf-8")


def make_topics(configuration: Path) -> None:
    """Make the topics of the configured beamlines, on a broker that lets itself be administered.

    Raises
    ------
    ServiceError
        The broker refuses; with what ``scicow`` said.
    """
    command: list[str | Path] = [script("scicow"), "topics", "apply", "--config", configuration]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TOPICS_LIMIT_S, check=False)
    if done.returncode:
        raise ServiceError(f"topics were not made: {done.stdout}{done.stderr}")
