"""What ``capture status`` says: who is recorded, and whether captures flow (pure)."""

from collections.abc import Iterable, Mapping
from typing import Any

from sardana_recorders.data_recorder_env import OURS, Setting, scope_of, settings, winner
from scifish.captures import CaptureState

SHOWN = 3
"""Captures of a Door that are shown."""


def switch_lines(environment: Mapping[str, Any], door: str) -> list[str]:
    """Return which setting counts on a Door, and the macros that have one of their own."""
    counting = winner(environment, door)
    if counting is None:
        return [f"{door}: scans are NOT captured: no DataRecorder is set. Run: capture on server"]
    word = "are captured" if counting.captures else "are NOT captured"
    lines = [f"{door}: scans {word}: {_said(counting)}"]
    lines += [f"  not counting here: {_said(item)}" for item in settings(environment) if item != counting]
    if not counting.captures:
        lines.append("Run: capture on")
    return lines


def flow_lines(captures: Iterable[CaptureState], door: str) -> list[str]:
    """Return what became of these captures of a Door."""
    lines = [f"  {item.title}: {item.status}, {_way(item)}, {item.age_s:.0f} s ago" for item in captures]
    return lines or [f"{door}: no capture is kept on this host yet"]


def _said(setting: Setting) -> str:
    names = ", ".join(setting.names) or "no recorder"
    return f"{names} (set for {scope_of(setting.key)}{'' if setting.captures else f', without {OURS}'})"


def _way(capture: CaptureState) -> str:
    return f"{capture.state}: {capture.reason}" if capture.reason else capture.state
