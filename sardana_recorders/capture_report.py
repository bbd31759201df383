"""What ``capture status`` says: who is recorded, and whether captures flow (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sardana_recorders.data_recorder_env import (
    OURS,
    Setting,
    macro_of,
    macro_settings,
    scope_of,
    settings,
    winner,
)
from scifish.status.captures import CaptureState

SHOWN = 3
"""Captures of a Door that are shown."""


def switch_lines(environment: Mapping[str, Any], door: str) -> list[str]:
    """Return which setting counts on a Door, and the macros that have one of their own."""
    counting = winner(environment, door)
    if counting is None:
        lines = [f"{door}: scans are NOT captured: no DataRecorder is set. Run: capture on server"]
    else:
        lines = [f"{door}: scans {_word(counting)}: {_said(counting)}"]
    of_macros = macro_settings(environment, door)
    lines += [_about_macro(setting) for setting in of_macros]
    others = [item for item in settings(environment) if item != counting and item not in of_macros]
    lines += [f"  not counting here: {_said(item)}" for item in others]
    if counting is not None and not counting.captures:
        lines.append("Run: capture on")
    return lines


def flow_lines(captures: Iterable[CaptureState], door: str) -> list[str]:
    """Return what became of these captures of a Door."""
    lines = [f"  {item.title}: {item.status}, {_way(item)}, {item.age_s:.0f} s ago" for item in captures]
    return lines or [f"{door}: no capture is kept on this host yet"]


def _about_macro(setting: Setting) -> str:
    line = f"  scans of {macro_of(setting)} {_word(setting)}: {_said(setting)}"
    return line if setting.captures else f"{line}. Run: capture on {macro_of(setting)}"


def _word(setting: Setting) -> str:
    return "are captured" if setting.captures else "are NOT captured"


def _said(setting: Setting) -> str:
    names = ", ".join(setting.names) or "no recorder"
    return f"{names} (set for {scope_of(setting.key)}{'' if setting.captures else f', without {OURS}'})"


def _way(capture: CaptureState) -> str:
    return f"{capture.state}: {capture.reason}" if capture.reason else capture.state
