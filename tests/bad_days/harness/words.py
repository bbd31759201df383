"""What the commands of the beamline's people say."""

import json
import subprocess
from pathlib import Path
from typing import Any

from scizoo.services.system_packages import script

LIMIT_S = 30


def status() -> list[dict[str, Any]]:
    """Return ``scizoo status --json``: the newest captures, newest first."""
    return _json("scizoo", "status", "--limit", "1000", "--json")


def check() -> list[dict[str, Any]]:
    """Return ``scizoo check --json``: {part, ok, finding, cure} for each part."""
    return _json("scizoo", "check", "--json")


def red_parts() -> dict[str, str]:
    """Return what ``scizoo check`` finds red: part to finding."""
    return {each["part"]: each["finding"] for each in check() if not each["ok"]}


def apply_topics(configuration: Path) -> None:
    """Make what is missing, as an administrator does: ``scicow topics apply``."""
    _run("scicow", "topics", "apply", "--config", str(configuration), good=(0,))


def _json(*command: str) -> Any:
    return json.loads(_run(*command, good=(0, 1)))


def _run(program: str, *words: str, good: tuple[int, ...]) -> str:
    command: list[str | Path] = [script(program), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode in good, f"{program} {words}: {done.returncode} {done.stdout}{done.stderr}"
    return done.stdout
