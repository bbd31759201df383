"""Proposals as DUO would answer them: the reverse of ``sdm.user_office.duo_rows``."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sdm.user_office.duo_rows import WITH_TIME
from sdm.user_office.protocol import Block, Person, Proposal

Json = dict[str, Any]
LOCAL_CONTACT = {"firstname": "Local", "lastname": "Contact", "email": "contact@example.org"}


def rows_of(proposal: Proposal, zone: ZoneInfo) -> list[Json]:
    """Return a row for each beamline of a proposal, also those that only the schedule names."""
    named = [*proposal.beamlines, *(block.beamline for block in proposal.schedule)]
    return [_row(proposal, beamline, zone) for beamline in dict.fromkeys(named)] or [
        _row(proposal, None, zone)
    ]


def group_of(proposal: Proposal) -> Json:
    """Return the answer for a proposal's group: its people beside PI and proposer, and the PI as owner."""
    members = [_person(person) | {"account": person.account} for person in proposal.members]
    owner = _person(proposal.pi) | {"adaccount": {"username": proposal.pi.account}}
    group = {
        "name": pgroup_of(proposal),
        "xname": "x-demo",
        "comments": "",
        "owner": owner,
        "members": members,
    }
    return {"group": group, "proposals": []}


def pgroup_of(proposal: Proposal) -> str:
    """Return the name of a proposal's group."""
    return f"p{proposal.number[-5:]}"


def _row(proposal: Proposal, beamline: str | None, zone: ZoneInfo) -> Json:
    proposer = proposal.members[0] if proposal.members else proposal.pi
    people = _person(proposer) | {f"pi_{key}": value for key, value in _person(proposal.pi).items()}
    return {
        **people,
        "account": proposer.account,
        "pi_account": proposal.pi.account,
        "proposal": proposal.number,
        "title": proposal.title,
        "abstract": proposal.abstract,
        "beamline": beamline,
        "type": proposal.type,
        "proposal_status": proposal.status,
        "pgroup": pgroup_of(proposal),
        "eaccount": pgroup_of(proposal).replace("p", "e"),
        "mainproposal": proposal.parent,
        "schedule": [_span(block, zone) for block in proposal.blocks_at(beamline or "")],
    }


def _person(person: Person) -> Json:
    return {"firstname": person.first_name, "lastname": person.last_name, "email": person.email or ""}


def _span(block: Block, zone: ZoneInfo) -> Json:
    return {"start": _local(block.start, zone), "end": _local(block.end, zone), "localcontact": LOCAL_CONTACT}


def _local(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).strftime(WITH_TIME)
