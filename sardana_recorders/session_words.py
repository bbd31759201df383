"""What the session macros say to people at the Door (pure)."""

from collections.abc import Sequence
from datetime import datetime

from pathfixer.choices import Choices, Option
from pathfixer.look import Look
from scifish.session import Session

HOW_TO_OPEN = "Open one: newsession <username> <proposal>"


def session_lines(look: Look) -> list[str]:
    """Return what a person wants to know of the session."""
    session = look.session
    if session is None:
        return ["PathFixer has no session to show: staff see to it", *look.status.splitlines()]
    if session.state != "open":
        return [
            "NO SESSION, NO DATA",
            f"  scans go to {session.unowned_path} and are booked on nobody",
            f"  {HOW_TO_OPEN}",
        ]
    return [
        f"Session of proposal {session.proposal}, visit {session.visit}",
        f"  user:     {session.username}",
        f"  sample:   {_sample(session, look.sample)}",
        *([f"  station:  {session.endstation}"] if session.endstation else []),
        f"  data:     {session.sample_path}",
        f"  since:    {_local(session.opened_at)}",
        *([f"  until:    {_local(session.visit_ends_at)}"] if session.visit_ends_at else []),
    ]


def complaint_lines(look: Look) -> list[str]:
    """Return what a person should see to: the device's status without its headline."""
    lines = look.status.splitlines()
    return (
        lines[1:] if look.state in ("ALARM", "FAULT") else list(look.session.warnings if look.session else ())
    )


def proposal_lines(username: str, choices: Choices) -> list[str]:
    """Return the proposals that a user may choose, or why there is none."""
    if choices.proposals:
        lines = [f"{username} may choose:", *_table(choices.proposals)]
        return [*lines, f"Then run: newsession {username} <proposal>"]
    if choices.problem:
        return [f"{choices.problem}: try again later, or type the number of the proposal"]
    if not choices.as_of:
        return ["the user office has not answered yet: try again in some seconds"]
    return [f"{username} has no accepted proposal at this beamline: ask the user office, or staff"]


def scan_dir_warning(session: Session, scan_dir: str | None) -> str | None:
    """Return a warning when the scans of this Door do not go where the session says; else none."""
    wanted = session.sample_path or session.unowned_path
    if scan_dir == wanted:
        return None
    if not scan_dir:
        return f"ScanDir is not set: scans are NOT saved. It should be {wanted}"
    return (
        f"ScanDir is {scan_dir}, not {wanted}: PathFixer does not reach it, or somebody has set another one"
    )


def _sample(session: Session, wished: str) -> str:
    is_coming = wished != (session.sample or "")
    return f"{wished or 'none'} (its folder is being made)" if is_coming else (session.sample or "none")


def _table(options: Sequence[Option]) -> list[str]:
    return [f"  {option.value}  {option.text}".rstrip() for option in options]


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else "not known"
