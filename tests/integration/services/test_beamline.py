"""The command starts a whole beamline that outlives it, lists it, and stops all of it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from scizoo.services.registry import Registry

SCIZOO = Path(sys.prefix) / "bin" / "scizoo"
NAMES = [
    "tango-db",
    "kafka",
    "mongod",
    "sardana",
    "simulation",
    "pathfixer",
    "scidog",
    "scifish",
    "scifly",
    "scicow-mongodb",
]


def services(state: Path, *words: str) -> str:
    command: list[str | Path] = [SCIZOO, "services", words[0], "--state", state, *words[1:]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def listed(state: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(services(state, "list", "--json"))
    return rows


def test_up_list_down(tmp_path: Path) -> None:
    assert listed(tmp_path) == []
    try:
        assert "export TANGO_HOST=127.0.0.1:" in services(tmp_path, "up")
        rows, records = listed(tmp_path), Registry(tmp_path).records()
        assert [row["name"] for row in rows] == NAMES
        assert all(Path(row["log"]).exists() and row["address"] for row in rows)
    finally:
        stopped = services(tmp_path, "down")
    assert stopped == f"stopped {', '.join(NAMES)}\n"
    assert not any(record.process.alive for record in records)
    assert services(tmp_path, "down") == "nothing was running\n"
