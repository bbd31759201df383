"""What is written down for ever about a visit, for whoever archives its data. Pure.

``opened`` is DESY's t0 (the resources are fixed: proposal, owner, groups, rights), ``closed`` is t1.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from pathfixer.admission.permit import Permit
from pathfixer.errors import RefusedError
from sdm.folders.visit_lock import LockReport
from sdm.folders.walk import FolderState
from sdm.path_rules import Category, Paths, Place
from sdm.user_office.protocol import Proposal

Event = Literal["opened", "closed", "locked", "reopened", "trusted"]
WRITABLE = 0o222


class ProposalFacts(BaseModel):
    """What is known of the proposal; of a proprietary one neither title nor abstract."""

    number: str
    type: str = ""
    status: str = ""
    title: str = ""
    abstract: str = ""
    parent: str | None = None
    pi: str = ""
    accounts: tuple[str, ...] = ()


class FolderFacts(BaseModel):
    """Owner, group and mode of one folder."""

    path: str
    uid: int
    gid: int
    mode: str = Field(description="octal text")


class VisitRecord(BaseModel):
    """One line of a visit's life; ``by`` is a claim, TANGO knows no users."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    schema_: Literal["scizoo.visit/1"] = Field(default="scizoo.visit/1", alias="schema")
    event: Event
    at: AwareDatetime
    path: str = Field(description="the visit's folder")
    place: Place
    path_fixer: str = Field(default="", description="device that wrote it; empty: not known")
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    by: str = ""
    reason: str = ""
    until: AwareDatetime | None = Field(default=None, description="reopened: locks itself again then")
    proposal: ProposalFacts | None = None
    folders: tuple[FolderFacts, ...] = ()
    lock: LockReport | None = None

    @property
    def key(self) -> tuple[str, datetime, Event]:
        """What tells it from every other record of its visit; its times and path may be renewed."""
        return self.path_fixer, self.at, self.event


def opening_record(
    place: Place,
    paths: Paths,
    permit: Permit,
    folders: Iterable[FolderState],
    now: datetime,
    path_fixer: str = "",
) -> VisitRecord:
    """Return the record of a visit whose folders have just been made; an override's reason is kept."""
    return VisitRecord(
        event="opened",
        at=now,
        path=paths.visit,
        place=place.model_copy(update={"sample": ""}),
        path_fixer=path_fixer,
        starts_at=permit.visit.starts_at,
        ends_at=permit.visit.ends_at,
        reason=permit.override_reason or "",
        proposal=facts_of(permit.proposal, place.category),
        folders=folder_facts(folders, paths.visit),
    )


def facts_of(proposal: Proposal, category: Category) -> ProposalFacts:
    """Return what may be kept of a proposal."""
    secret = category == "proprietary"
    return ProposalFacts(
        number=proposal.number,
        type=proposal.type,
        status=proposal.status,
        title="" if secret else proposal.title,
        abstract="" if secret else proposal.abstract,
        parent=proposal.parent,
        pi=proposal.pi.account or proposal.pi.name,
        accounts=tuple(person.account for person in proposal.people if person.account),
    )


def folder_facts(folders: Iterable[FolderState], visit_folder: str) -> tuple[FolderFacts, ...]:
    """Return owner, group and mode of the visit's folder and of those directly in it."""
    return tuple(
        FolderFacts(path=one.path, uid=one.uid, gid=one.gid, mode=f"{one.mode:04o}")
        for one in folders
        if one.path == visit_folder or one.path.rpartition("/")[0] == visit_folder
    )


def require_unlocked(visit_folder: str, folders: Iterable[FolderState]) -> None:
    """Raise RefusedError when a visit's folder is locked, by another PathFixer of the beamline it may be."""
    locked = any(one.path == visit_folder and not one.mode & WRITABLE for one in folders)
    if locked:
        raise RefusedError(f"{visit_folder} is locked: staff open it again with: scizoo visit reopen")
