"""What the commands of the beamline's people say."""

import json
import subprocess
from pathlib import Path
from typing import Any

from scizoo.services.system_packages import script
from tests.bad_days.harness.limits import LIMIT_S
from tests.waiting import wait_for

PROCESS_LIMIT_S = 120
"""Of one process on a busy machine."""


def status() -> list[dict[str, Any]]:
    """Return ``scizoo status --json``: the newest captures, newest first."""
    return _json("scizoo", "status", "--limit", "1000", "--json")


def check() -> list[dict[str, Any]]:
    """Return ``scizoo check --json``: {part, ok, finding, cure} for each part."""
    return _json("scizoo", "check", "--json")


def red_parts() -> dict[str, str]:
    """Return what ``scizoo check`` finds red: part to finding."""
    return {each["part"]: each["finding"] for each in check() if not each["ok"]}


def wait_red(*parts: str) -> None:
    """Wait until ``scizoo check`` finds all of these red."""
    wait_for(lambda: set(parts) <= red_parts().keys(), LIMIT_S, f"red: {parts}")


def wait_finding(part: str, text: str) -> None:
    """Wait until ``scizoo check`` finds a part red and says so."""
    wait_for(lambda: text in red_parts().get(part, ""), LIMIT_S, f"{part} red: {text}")


def wait_green() -> None:
    """Wait until ``scizoo check`` finds nothing red."""
    wait_for(lambda: not red_parts(), LIMIT_S, "a green check")


def apply_topics(configuration: Path) -> None:
    """Make what is missing, as an administrator does: ``scicow topics apply``."""
    _run("scicow", "topics", "apply", "--config", str(configuration), good=(0,))


def _json(*command: str) -> Any:
    return json.loads(_run(*command, good=(0, 1)))


def _run(program: str, *words: str, good: tuple[int, ...]) -> str:
    command: list[str | Path] = [script(program), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PROCESS_LIMIT_S, check=False)
    assert done.returncode in good, f"{program} {words}: {done.returncode} {done.stdout}{done.stderr}"
    return done.stdout
