"""The proposals of a SciCat as a user office, over its v3 API. Answers are read in ``scicat_proposals``."""

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from pydantic import Field, field_validator

from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.user_office.json_service import ABSENT, Conversation, conversation
from sdm.user_office.protocol import Proposal, newest_first
from sdm.user_office.scicat_proposals import read_proposal
from sdm.user_office.settings import NetworkSettings, parse_pairs, read_settings

API = "/api/v3"
PAGE = 200
"""Proposals asked for at once."""

log = logging.getLogger(__name__)


class ScicatSettings(NetworkSettings):
    """Settings of a SciCat; ``url`` is without ``/api``, the secret is the account's password."""

    username: str = Field(min_length=1, description="must be allowed to read every proposal")
    id_prefix: str = Field(default="", description="what stands before a proposal's number in its id")
    instruments: dict[str, str] = Field(
        default={}, description="beamline:instrument id or name, with commas; else the name's last part"
    )

    @field_validator("instruments", mode="before")
    @classmethod
    def _pairs(cls, text: object) -> object:
        return parse_pairs(text) if isinstance(text, str) else text

    def names(self) -> dict[str, str]:
        """Return SciCat's names of instruments in lower case, to beamlines."""
        return {theirs.casefold(): ours for ours, theirs in self.instruments.items()}


class ScicatOffice:
    """Logs in and asks a SciCat at every question.

    Parameters
    ----------
    settings
        Fields of ScicatSettings, as text.

    Raises
    ------
    OfficeSettingsError
        A setting is missing, unknown or wrong.
    """

    def __init__(self, **settings: str) -> None:
        self._settings = read_settings(ScicatSettings, settings)

    def proposal(self, number: str) -> Proposal:
        """Return one proposal; raises UnknownProposalError or OfficeUnavailableError."""
        identifier = quote(self._settings.id_prefix + number, safe="")
        with self._asking(self._settings.patience_s) as ask:
            answer = ask.find(f"{API}/proposals/{identifier}")
        if answer is ABSENT or answer is None:
            raise UnknownProposalError(number)
        return self._read(answer)

    def proposals(self, beamline: str) -> list[Proposal]:
        """Return the proposals of a beamline: of all that the account may read."""
        with self._asking(self._settings.list_patience_s) as ask:
            proposals = list(self._readable(_pages(ask)))
        return newest_first([proposal for proposal in proposals if proposal.is_for(beamline)])

    @contextmanager
    def _asking(self, patience_s: float) -> Iterator[Conversation]:
        with conversation(self._settings, patience_s) as ask:
            account = {
                "username": self._settings.username,
                "password": self._settings.secret().get_secret_value(),
            }
            token = ask.post(f"{API}/auth/login", account)
            if not isinstance(token, dict) or not token.get("access_token"):
                raise OfficeUnavailableError(f"{self._settings.url}: SciCat's log-in gives no token")
            ask.authorize({"Authorization": f"Bearer {token['access_token']}"})
            yield ask

    def _readable(self, answers: Iterable[Any]) -> Iterator[Proposal]:
        """Yield what can be read: one that cannot must not cost all others."""
        for answer in answers:
            try:
                yield self._read(answer)
            except OfficeUnavailableError as error:
                identifier = answer.get("proposalId") if isinstance(answer, dict) else None
                log.warning("proposal %s is left out: %s", identifier, error)

    def _read(self, answer: Any) -> Proposal:
        return read_proposal(answer, self._settings.id_prefix, self._settings.names())


def _pages(ask: Conversation) -> Iterator[Any]:
    skip = 0
    while True:
        limits = {"limits": {"skip": skip, "limit": PAGE, "order": "proposalId:asc"}}
        page = ask.get(f"{API}/proposals", {"filters": json.dumps(limits)})
        if not isinstance(page, list):
            raise OfficeUnavailableError("SciCat answers something else than a list of proposals")
        yield from page
        if len(page) < PAGE:
            return
        skip += PAGE
