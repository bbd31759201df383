"""What a PathFixer shows, by the names of its attributes. Only from memory, never an error."""

import json
from typing import Any

from pathfixer.desk import Desk
from pathfixer.endstations import NO_ENDSTATION
from pathfixer.keeper import Keeper
from scifish.session import Session

SHOWN_VISITS = 200
"""The newest ones; ``VisitRecords`` has them all."""


def shown(keeper: Keeper, desk: Desk) -> dict[str, Any]:
    """Return attribute name to value; what belongs to a session is empty without one."""
    session, as_of = keeper.session, keeper.office.as_of
    return {
        **_texts(session),
        "Sample": keeper.current.sample,
        "Warnings": keeper.warnings,
        "Session": json.dumps(session.model_dump(mode="json", by_alias=True)),  # ASCII: Tango is Latin-1
        "ScanDirs": keeper.destination.macro_servers.lines(),
        "Listeners": keeper.destination.listeners.lines(),
        "SetPoints": desk.set_points,
        "AvailableProposals": keeper.office.proposals(desk.username, desk.is_staff),
        "AvailableVisits": keeper.office.visits(desk.proposal),
        "ProposalsAsOf": as_of.isoformat(timespec="seconds") if as_of else "",
        "VisitStates": keeper.visits.lines(SHOWN_VISITS),
        "History": keeper.current.history,
    }


def _texts(session: Session) -> dict[str, str]:
    is_open = session.state == "open"
    return {
        "path": session.path,
        "SamplePath": session.sample_path,
        "ProcessPath": session.process_path,
        "Beamline": session.beamline,
        "Category": session.category or "",
        "Username": session.username or "",
        "Proposal": session.proposal or "",
        "Visit": session.visit or "",
        "Endstation": session.endstation or (NO_ENDSTATION if is_open else ""),
    }
