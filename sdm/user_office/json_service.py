"""Asking a JSON service on the network: time-outs, retries, TLS verified, every failure sorted.

Redirects are not followed: our secret would go along. No text of an answer is ever told, for it may
hold what nobody may read.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import requests
import urllib3
from tenacity import (
    RetryError,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from sdm.errors import OfficeUnavailableError, SecretError
from sdm.user_office.settings import NetworkSettings

BUSY = (408, 429, 500, 502, 503, 504)
"""Statuses that another attempt may find gone."""

ABSENT = object()
"""Nothing is at an address, by the word of the service that we meant."""

LARGEST_BYTES = 64 * 2**20
CHUNK_BYTES = 2**16


class _PassingError(Exception):
    """A failure that another attempt may not meet."""


class Conversation:
    """The requests of one question, over connections of their own, until ``patience_s`` is over.

    Its methods raise OfficeUnavailableError.
    """

    def __init__(self, settings: NetworkSettings, session: requests.Session, patience_s: float) -> None:
        self._settings = settings
        self._session = session
        self._patience_s = patience_s
        self._ends_at = time.monotonic() + patience_s

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of an answer that must be there."""
        found = self.find(path, params)
        if found is ABSENT:
            raise OfficeUnavailableError(
                f"GET {self._settings.url}{path}: answers 404: is the address right?"
            )
        return found

    def find(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """Return the JSON of an answer, or ABSENT when the service says 404 in JSON."""
        return self._persist("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, str]) -> Any:
        """Return the JSON of an answer to something that may be asked twice, such as a log-in."""
        return self._persist("POST", path, json=body)

    def authorize(self, headers: Mapping[str, str]) -> None:
        """Send these headers from now on."""
        self._session.headers.update(headers)

    def _persist(self, method: str, path: str, **given: Any) -> Any:
        attempts = Retrying(
            retry=retry_if_exception_type(_PassingError),
            stop=stop_after_attempt(self._settings.attempts),
            wait=wait_exponential(multiplier=0.1, max=2) + wait_random(0, 0.1),
            sleep=self._sleep,
        )
        try:
            return attempts(self._once, method, path, **given)
        except RetryError as error:
            reason = error.last_attempt.exception()
            raise OfficeUnavailableError(f"{reason}, {self._settings.attempts} times") from None

    def _sleep(self, seconds: float) -> None:
        time.sleep(max(0, min(seconds, self._ends_at - time.monotonic())))

    def _once(self, method: str, path: str, **given: Any) -> Any:
        timeout_s = min(self._settings.timeout_s, self._ends_at - time.monotonic())
        told = f"{method} {self._settings.url}{path}"
        if timeout_s <= 0:
            raise OfficeUnavailableError(f"{told}: no answer in {self._patience_s:g} s")
        try:
            with self._session.request(
                method,
                self._settings.url + path,
                timeout=timeout_s,
                allow_redirects=False,
                stream=True,
                verify=str(self._settings.ca_file) if self._settings.ca_file else True,
                **given,
            ) as answer:
                return self._read(answer, told)
        except requests.exceptions.SSLError as error:
            raise OfficeUnavailableError(
                f"{told}: its certificate is not trusted ({_reason(error)})"
            ) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _PassingError(f"{told}: {type(error).__name__}") from None

    def _read(self, answer: requests.Response, told: str) -> Any:
        status = answer.status_code
        if status in BUSY:
            raise _PassingError(f"{told}: answers {status}")
        if status in (401, 403):
            raise OfficeUnavailableError(
                f"{told}: answers {status}: is the secret right, and may it read this?"
            )
        if not 200 <= status < 300 and status != 404:
            raise OfficeUnavailableError(f"{told}: answers {status}: is the address right?")
        found = self._parsed(answer, told)
        return ABSENT if status == 404 else found

    def _parsed(self, answer: requests.Response, told: str) -> Any:
        content = b""
        while piece := answer.raw.read1(CHUNK_BYTES, decode_content=True):
            content += piece
            if len(content) > LARGEST_BYTES:
                raise OfficeUnavailableError(f"{told}: answers with more than {LARGEST_BYTES} bytes")
            if time.monotonic() > self._ends_at:
                raise OfficeUnavailableError(f"{told}: not all there in {self._patience_s:g} s")
        try:
            return json.loads(content) if content.strip() else None
        except ValueError:
            raise OfficeUnavailableError(
                f"{told}: answers {answer.status_code} and no JSON: is the address right?"
            ) from None


@contextmanager
def conversation(settings: NetworkSettings, patience_s: float) -> Iterator[Conversation]:
    """Return the means to ask one question; a secret that cannot be read makes the office unavailable."""
    with requests.Session() as session:
        # A file ~/.netrc would replace our authorization, and a proxy hear a secret meant for this machine.
        session.auth = _as_it_is
        session.trust_env = settings.url.startswith("https:")
        try:
            yield Conversation(settings, session, patience_s)
        except SecretError as error:
            raise OfficeUnavailableError(str(error)) from None


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _reason(error: requests.exceptions.SSLError) -> str:
    """Return the reason of a TLS failure, which holds no data."""
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "reason", type(error).__name__))
