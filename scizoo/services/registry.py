"""Which services run, in a file, so that another process can list and stop them."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from scifish.replace_file import replace_file
from scizoo.services.processes import GRACE_S, Process

FILE_NAME = "services.json"


@dataclass(frozen=True)
class Record:
    """A service as ``scizoo services list`` shows it."""

    name: str
    pid: int
    started: int
    address: str
    log_file: str

    @property
    def process(self) -> Process:
        """Its process."""
        return Process(self.pid, self.started)


class Listed(Protocol):
    """What can be registered."""

    name: str
    process: Process | None

    @property
    def address(self) -> str:
        """What a client needs to find it."""

    @property
    def log_file(self) -> Path:
        """Where it logs."""


class Registry:
    """``services.json`` of a run folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME

    def write(self, services: Iterable[Listed]) -> None:
        """Replace the list by those of these services that were started."""
        records = [
            Record(each.name, each.process.pid, each.process.started, each.address, str(each.log_file))
            for each in services
            if each.process
        ]
        replace_file(self.path, json.dumps([asdict(record) for record in records], indent=2) + "\n")

    def records(self) -> list[Record]:
        """Return the services that run now, in the order in which they were started."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        return [record for record in (Record(**each) for each in json.loads(text)) if record.process.alive]

    def stop_all(self, grace_s: float = GRACE_S) -> list[str]:
        """Stop what runs, the last started first, and forget the list; return the names."""
        records = self.records()
        for record in reversed(records):
            record.process.end(grace_s)
        self.path.unlink(missing_ok=True)
        return [record.name for record in records]
