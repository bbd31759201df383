"""Where Sardana saves its scans, and what to do about it. Pure.

Sardana looks for ScanDir in the scope of Door and macro, of the macro, of the Door, then globally;
any of them may have been set by a user, or by an old copy of an experiment configuration.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scifish.session import Session
from sdm.path_rules import is_inside

GLOBAL = "ScanDir"

Written = str | list[str]
"""What we write into an environment."""


@dataclass(frozen=True)
class ScanSettings:
    """What of an environment decides where scans are saved, and under which number."""

    scan_dirs: dict[str, str | None]
    scan_file: Any = None
    scan_id: int | None = None


def scan_settings(environment: Mapping[str, Any]) -> ScanSettings:
    """Pick out of an environment the ScanDir of every scope (the global one may be none) and the rest."""
    suffix = f".{GLOBAL}".lower()
    found: dict[str, str | None] = {GLOBAL: None}
    for key, value in environment.items():
        if key == GLOBAL or key.lower().endswith(suffix):
            found[key] = None if value is None else str(value)
    scan_id = environment.get("ScanID")
    return ScanSettings(found, environment.get("ScanFile"), scan_id if isinstance(scan_id, int) else None)


@dataclass(frozen=True)
class Target:
    """Where scans are to go.

    Attributes
    ----------
    session_path
        The raw folder; empty without a session.
    left
        Where they went for samples that the session had before: an old copy of an experiment
        configuration leads back there.
    """

    scan_dir: str
    session_path: str = ""
    left: frozenset[str] = frozenset()


def target_of(session: Session, left: frozenset[str] = frozenset()) -> Target:
    """Return where the scans of a session go, or those without one."""
    if session.state == "open":
        return Target(session.sample_path, session.path, left)
    return Target(session.unowned_path)


@dataclass(frozen=True)
class Decision:
    """What to write into the environment and to take out of it, and what a user has changed."""

    write: dict[str, Written] = field(default_factory=dict)
    delete: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()


def decide(
    found: Mapping[str, str | None],
    target: Target,
    settled: bool,
    put_back: bool,
    in_proposal: Callable[[str], bool],
) -> Decision:
    """Decide what to do about the ScanDir of every scope.

    Parameters
    ----------
    found
        Name in the environment (``ScanDir``, ``door/x/1.ScanDir``, ``ascan.ScanDir``) to its value.
    target
        Where scans are to go.
    settled
        Whether this target has been reached before: a difference is then a user's doing.
    put_back
        Undo what a user changed, instead of tolerating it.
    in_proposal
        Tells whether a path lies in the tree of any proposal.
    """
    current = found.get(GLOBAL)
    write: dict[str, Written] = {}
    overrides: list[str] = []
    if _must_write(current, target, settled, put_back, in_proposal):
        write[GLOBAL] = target.scan_dir
    elif current is not None and _outside(current, target):
        overrides.append(_override(GLOBAL, current, target))
    delete = []
    for scope, value in found.items():
        if scope == GLOBAL or value is None or not _scoped_matters(value, target, in_proposal):
            continue
        if put_back or (in_proposal(value) and not (settled and target.session_path)):
            delete.append(scope)
        else:
            overrides.append(_override(scope, value, target))
    return Decision(write, tuple(delete), tuple(overrides))


def _must_write(
    current: str | None,
    target: Target,
    settled: bool,
    put_back: bool,
    in_proposal: Callable[[str], bool],
) -> bool:
    if current is None:
        return True
    if current == target.scan_dir:
        return False
    stray = not target.session_path and in_proposal(current)
    return not settled or stray or (put_back and _outside(current, target))


def _outside(path: str, target: Target) -> bool:
    if path == target.scan_dir:
        return False
    return path in target.left or not (target.session_path and is_inside(path, target.session_path))


def _scoped_matters(value: str, target: Target, in_proposal: Callable[[str], bool]) -> bool:
    if not target.session_path:
        return in_proposal(value)
    return _outside(value, target)


def _override(scope: str, value: str, target: Target) -> str:
    if value in target.left:
        return f"{scope} was set back to {value}, where an earlier sample's scans went ({target.scan_dir})"
    where = "the session" if target.session_path else "the folder for unowned scans"
    return f"{scope} was set to {value}, outside {where} ({target.scan_dir})"
