"""The user office DUO, over its REST interface. Answers are read in ``duo_rows``."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Annotated, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, field_validator

from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.user_office.duo_rows import Row, merge_rows, read_group, read_rows
from sdm.user_office.json_service import ABSENT, Conversation, conversation
from sdm.user_office.protocol import Person, Proposal, newest_first
from sdm.user_office.settings import NetworkSettings, parse_pairs, parse_zone, read_settings

log = logging.getLogger(__name__)

Zone = Annotated[str, AfterValidator(parse_zone)]


class DuoSettings(NetworkSettings):
    """Settings of a DUO; ``url`` reaches to the version, e.g. ``https://…/duo/api.php/v1``."""

    facility: str = Field(pattern=r"^[A-Za-z0-9_-]+$", description="as in DUO's own addresses")
    sent_as: Literal["header", "cookie"] = Field(
        default="header", description="the secret; older DUOs: cookie"
    )
    zone: Zone = Field(default="Europe/Stockholm", description="of DUO's dates")
    years: int = Field(default=3, ge=1, le=20, description="proposals of so many years are listed")
    beamlines: dict[str, str] = Field(default={}, description="ours:DUO's, with commas; else lower case")

    @field_validator("beamlines", mode="before")
    @classmethod
    def _pairs(cls, text: object) -> object:
        return parse_pairs(text) if isinstance(text, str) else text

    def theirs(self, beamline: str) -> str:
        """Return DUO's name of a beamline."""
        return self.beamlines.get(beamline, beamline)

    def names(self) -> dict[str, str]:
        """Return DUO's names in lower case, to ours."""
        return {theirs.casefold(): ours for ours, theirs in self.beamlines.items()}


class _NoGroupError(OfficeUnavailableError):
    """DUO has not told who belongs to a proposal; fewer people would pass for all of them."""


class DuoOffice:
    """Asks a DUO at every question.

    Who belongs to a proposal is its proposer, its PI and the people of its group (*pgroup*).

    Parameters
    ----------
    settings
        Fields of DuoSettings, as text.

    Raises
    ------
    OfficeSettingsError
        A setting is missing, unknown or wrong.
    """

    def __init__(self, **settings: str) -> None:
        self._settings = read_settings(DuoSettings, settings)

    def proposal(self, number: str) -> Proposal:
        """Return one proposal; raises UnknownProposalError or OfficeUnavailableError."""
        with self._asking(self._settings.patience_s) as ask:
            answer = ask.find(f"/ProposalInfos/details/{self._settings.facility}/", {"propid": number})
            told = [] if answer is ABSENT else read_rows(answer)
            rows = [row for row in told if row.proposal == number]
            if not rows:
                raise UnknownProposalError(number)
            return self._merged(ask, rows, {})

    def proposals(self, beamline: str) -> list[Proposal]:
        """Return the proposals of the last years at a beamline, and those scheduled there now."""
        with self._asking(self._settings.list_patience_s) as ask:
            rows: dict[str, list[Row]] = {}
            for row in self._listed(ask, beamline):
                rows.setdefault(row.proposal, []).append(row)
            groups: dict[str, list[Person]] = {}
            here = [told for told in rows.values() if any(self._is_at(row, beamline) for row in told)]
            return newest_first(list(self._whole(ask, here, groups)))

    @contextmanager
    def _asking(self, patience_s: float) -> Iterator[Conversation]:
        with conversation(self._settings, patience_s) as ask:
            secret = self._settings.secret().get_secret_value()
            as_cookie = self._settings.sent_as == "cookie"
            ask.authorize({"Cookie": f"SECRET={secret}"} if as_cookie else {"X-API-SECRET": secret})
            yield ask

    def _listed(self, ask: Conversation, beamline: str) -> Iterator[Row]:
        facility, this_year = self._settings.facility, datetime.now(timezone.utc).year
        for year in range(this_year, this_year - self._settings.years, -1):
            listed = ask.get(f"/CalendarInfos/proposals/{facility}", {"year": str(year)})
            yield from read_rows(listed, skip_bad=True)
        theirs = {"beamline": self._settings.theirs(beamline)}
        yield from read_rows(ask.get(f"/CalendarInfos/scheduled/{facility}/", theirs), skip_bad=True)

    def _is_at(self, row: Row, beamline: str) -> bool:
        theirs = self._settings.theirs(beamline).casefold()
        return (row.beamline or "").strip().casefold() == theirs

    def _whole(
        self, ask: Conversation, listed: Iterable[list[Row]], groups: dict[str, list[Person]]
    ) -> Iterator[Proposal]:
        """Yield the proposals whose people are told: one without must not cost all others."""
        for rows in listed:
            try:
                yield self._merged(ask, rows, groups)
            except _NoGroupError as error:
                log.warning("proposal %s is left out: %s", rows[0].proposal, error)

    def _merged(self, ask: Conversation, rows: list[Row], groups: dict[str, list[Person]]) -> Proposal:
        pgroup = rows[0].pgroup
        if pgroup and pgroup not in groups:
            groups[pgroup] = _people(ask, pgroup)
        people = groups[pgroup] if pgroup else []
        return merge_rows(rows, people, self._settings.names(), ZoneInfo(self._settings.zone))


def _people(ask: Conversation, pgroup: str) -> list[Person]:
    answer = ask.find(f"/CalendarInfos/pgroup/{quote(pgroup, safe='')}")
    if answer is ABSENT:
        raise _NoGroupError(f"DUO names group {pgroup} and does not know it: nobody can say who is in it")
    try:
        return read_group(answer).people()
    except OfficeUnavailableError as error:
        raise _NoGroupError(f"group {pgroup}: {error}") from None
