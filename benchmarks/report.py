"""The table for people, and the same as JSON for comparison with another day."""

import json
import os
import platform
from collections.abc import Sequence
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.measure import Group, Number, Statistic, statistic

COLUMNS: tuple[Statistic, ...] = ("median", "p95", "p99")
STYLES = {"within": "green", "beyond": "bold red", "": ""}
VERSIONS = ("pytango", "sardana", "confluent-kafka", "pymongo", "pydantic")
WIDTH = 130


def table(groups: Sequence[Group], title: str) -> Table:
    """Return all numbers, a section for each benchmark."""
    shown = Table(title=title, caption="limits are of the median unless said")
    shown.add_column("number")
    shown.add_column("unit")
    for name in ("n", *COLUMNS):
        shown.add_column(name, justify="right")
    shown.add_column("limit")
    shown.add_column("")
    for group in groups:
        shown.add_section()
        shown.add_row(f"[bold]{group.title}")
        for number in group.numbers:
            shown.add_row(*_cells(number))
    return shown


def console() -> Console:
    """Return the terminal, or a wide page when the output is a file."""
    plain = Console()
    return plain if plain.is_terminal else Console(width=WIDTH)


def machine() -> str:
    """Return in general words what the numbers were taken on, and how busy it was."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, {platform.machine()}, load {load:.1f}"


def save(groups: Sequence[Group], folder: Path, taken_on: str) -> Path:
    """Write all samples as JSON and return the file."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(timezone.utc)
    path = folder / f"{now:%Y%m%d-%H%M%S}.json"
    document = {
        "at": now.isoformat(timespec="seconds"),
        "machine": taken_on,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in VERSIONS},
        "groups": [{"title": group.title, "numbers": list(map(_plain, group.numbers))} for group in groups],
    }
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def _cells(number: Number) -> list[str]:
    verdict = number.verdict()
    name = f"{number.name} [dim]({number.note})[/]" if number.note else number.name
    numbers = [_short(statistic(number.samples, column)) for column in COLUMNS]
    limits = ", ".join(map(str, number.limits))
    style = STYLES[verdict]
    told = f"[{style}]{verdict}[/]" if style else verdict
    return [f"  {name}", number.unit, str(len(number.samples)), *numbers, limits, told]


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _plain(number: Number) -> dict[str, Any]:
    return {
        "name": number.name,
        "unit": number.unit,
        **{column: statistic(number.samples, column) for column in COLUMNS},
        "limits": [str(limit) for limit in number.limits],
        "verdict": number.verdict(),
        "note": number.note,
        "samples": [round(sample, 6) for sample in number.samples],
    }
