"""How a value, a failure or the lack of news looks in a table cell."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from scidog.trial import Trial
from scifish.selection import Entry

LONGEST_LIST = 6
ALERTING = {"ALARM", "WARNING", "CHANGING", "INVALID"}


class Tone(Enum):
    """What a cell tells at a glance."""

    GOOD = "good"
    WAITING = "waiting"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class Shown:
    """The text of a cell, its tone, and the longer story."""

    text: str
    tone: Tone = Tone.GOOD
    story: str = ""


def show_value(trial: Trial | None) -> Shown:
    """Return how the value of an entry is shown."""
    if trial is None:
        return Shown("reading …", Tone.WAITING, "asked for, no answer yet")
    if trial.failure:
        return Shown(f"✗ {trial.failure}", Tone.BAD, f"{trial.entry.source}: {trial.failure}")
    text = value_text(trial.value)
    if trial.quality in ALERTING:
        return Shown(f"{text}  ({trial.quality})", Tone.WARNING, _story(trial))
    return Shown(text, Tone.GOOD, _story(trial))


def show_unit(entry: Entry, trial: Trial | None) -> Shown:
    """Return the unit: the selection's own, else the attribute's, told apart by the tone."""
    if entry.unit is not None:
        return Shown(entry.unit, Tone.GOOD, "set in this selection")
    return Shown((trial.unit if trial else None) or "", Tone.WAITING, "the attribute's own unit")


def mapping_text(mapping: dict[str, str] | None) -> str:
    """Return a mapping in one line."""
    return ", ".join(f"{read} → {shown}" for read, shown in (mapping or {}).items())


def value_text(value: Any) -> str:
    """Return a value as people read it; long lists and summaries in a few words."""
    if isinstance(value, bool) or value is None:
        return str(value)
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return _list_text(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {value_text(item)}" for key, item in value.items())
    return str(value)


def _list_text(values: list[Any]) -> str:
    if len(values) <= LONGEST_LIST:
        return "[" + ", ".join(map(value_text, values)) + "]"
    first = ", ".join(map(value_text, values[:2]))
    return f"[{first}, … {len(values)} values]"


def _story(trial: Trial) -> str:
    lines = [trial.entry.source]
    if trial.raw is not None:
        lines.append(f"read: {value_text(trial.raw)}")
    if trial.quality:
        lines.append(f"quality: {trial.quality}")
    if trial.read_time:
        lines.append(f"at: {trial.read_time:%Y-%m-%d %H:%M:%S} UTC")
    return "\n".join(lines)
