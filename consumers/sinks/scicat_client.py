"""SciCat's v3 API through ``requests``: one method per call, every answer sorted into its kind.

SciCat's status codes cannot be taken at their word. 403 may be a missing right, a bad token or a
database that is down; 500 may have been saved; a request that timed out may be saved later; and 200
may be the maintenance page of what stands before it.
"""

import logging
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import requests

from consumers.configuration import Scicat
from consumers.errors import ConsumerError, FatalError, RetryableError

Json = dict[str, Any]
Parsed = TypeVar("Parsed", dict[str, Any], list[Any])
SHOWN = 300
"""Characters of an answer that are shown."""

log = logging.getLogger("scicow")


class RefusedError(ConsumerError):
    """SciCat refuses this one dataset while it is well; the text is its reason."""


class UnknownOutcomeError(ConsumerError):
    """It is not known whether the request was carried out: look, before doing it again."""


class ConflictError(ConsumerError):
    """The pid is there already."""


class ChangedError(ConsumerError):
    """Somebody changed the dataset since it was read."""


class ScicatClient:
    """One account at one backend; used from one thread."""

    def __init__(self, settings: Scicat) -> None:
        self._settings = settings
        self._url = settings.url.rstrip("/") + "/api/v3"
        self._session = requests.Session()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def login(self) -> None:
        """Get a token.

        Raises
        ------
        FatalError
            The account is refused by a backend that is well.
        RetryableError
            SciCat is away.
        """
        body = {
            "username": self._settings.username,
            "password": self._settings.password.read().get_secret_value(),
        }
        # An expired token is refused on every path, the log-in included.
        self._session.headers.pop("Authorization", None)
        try:
            answer = self._once("POST", "/auth/login", body)
            if answer.status_code == 401 and self.is_well():
                raise FatalError(f"SciCat refuses user {self._settings.username!r}: check user and password")
            token = parsed(answer, dict).get("access_token") if answer.ok else None
        except UnknownOutcomeError as error:
            raise RetryableError(f"SciCat's log-in: {error}") from None
        if token is None:
            raise RetryableError(f"SciCat's log-in answers {answer.status_code} and no token")
        self._session.headers["Authorization"] = f"Bearer {token}"

    def is_well(self) -> bool:
        """Tell whether SciCat says that it and its database are well."""
        try:
            answer = self._once("GET", "/health", headers={"Authorization": None})
            return answer.ok and bool(parsed(answer, dict))
        except (RetryableError, UnknownOutcomeError):
            return False

    def create_dataset(self, dataset: Json) -> None:
        """Make a dataset; raises ConflictError when the pid is there."""
        self._write("POST", "/datasets", dataset)

    def find_dataset(self, pid: str) -> Json | None:
        """Return a dataset, none when there is none: only a 404 says so."""
        answer = self._call("GET", f"/datasets/{quote(pid, safe='')}", accept=(404,))
        return None if answer.status_code == 404 else parsed(answer, dict)

    def change_dataset(self, pid: str, fields: Json, unmodified_since: str | None = None) -> None:
        """Change fields; raises ChangedError when somebody was faster than ``unmodified_since``."""
        headers = {"If-Unmodified-Since": unmodified_since} if unmodified_since else {}
        self._write("PATCH", f"/datasets/{quote(pid, safe='')}", fields, headers)

    def find_blocks(self, pid: str) -> list[Json]:
        """Return the blocks of files of a dataset."""
        return parsed(self._call("GET", f"/datasets/{quote(pid, safe='')}/origdatablocks"), list)

    def create_block(self, block: Json) -> None:
        """Add a block of files; doing it twice makes two."""
        self._write("POST", "/origdatablocks", block)

    def change_block(self, block_id: str, fields: Json) -> None:
        """Change fields of a block of files."""
        self._write("PATCH", f"/origdatablocks/{quote(block_id, safe='')}", fields)

    def delete_block(self, block_id: str) -> None:
        """Remove a block that is there twice."""
        self._call("DELETE", f"/origdatablocks/{quote(block_id, safe='')}")

    def _write(
        self, method: str, path: str, body: Json, headers: Mapping[str, str | None] | None = None
    ) -> None:
        """Have something saved; what is no answer of SciCat's does not say that it was."""
        answer = self._call(method, path, body, headers)
        if answer.content:
            parsed(answer, dict)

    def _call(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        headers: Mapping[str, str | None] | None = None,
        accept: tuple[int, ...] = (),
    ) -> requests.Response:
        if "Authorization" not in self._session.headers:
            self.login()
        answer = self._once(method, path, body, headers)
        if answer.status_code in (401, 403) and not self._is_known():
            self.login()
            answer = self._once(method, path, body, headers)
        if answer.status_code >= 300 and answer.status_code not in accept:
            self._judge(method, path, answer)
        return answer

    def _once(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        headers: Mapping[str, str | None] | None = None,
    ) -> requests.Response:
        try:
            return self._session.request(
                method, self._url + path, json=body, headers=headers, timeout=self._settings.timeout_s
            )
        except requests.ConnectTimeout as error:
            raise RetryableError(f"SciCat gives no answer: {type(error).__name__}") from None
        except requests.Timeout:
            raise UnknownOutcomeError(
                f"{method} {path}: no answer in {self._settings.timeout_s:g} s"
            ) from None
        except requests.ConnectionError as error:
            raise RetryableError(f"SciCat gives no answer: {type(error).__name__}") from None
        except requests.RequestException as error:
            raise UnknownOutcomeError(f"{method} {path}: {type(error).__name__}") from None

    def _is_known(self) -> bool:
        """Tell whether our token is good: a 403 alone does not say."""
        return bool(self._once("GET", "/users/my/self").ok)

    def _judge(self, method: str, path: str, answer: requests.Response) -> None:
        told = f"{method} {path}: {answer.status_code} {answer.text[:SHOWN]}"
        kinds: dict[int, type[ConsumerError]] = {409: ConflictError, 412: ChangedError}
        if answer.status_code in kinds:
            raise kinds[answer.status_code](told)
        if answer.status_code in (429, 502, 503, 504):
            raise RetryableError(f"SciCat is busy or away: {told}")
        if answer.status_code in (401, 403) and not self.is_well():
            raise RetryableError(f"SciCat is not well: {told}")
        if answer.status_code >= 500 or answer.status_code < 400:
            raise UnknownOutcomeError(told)
        raise RefusedError(told)


def parsed(answer: requests.Response, kind: type[Parsed]) -> Parsed:
    """Return the JSON of an answer.

    Raises
    ------
    UnknownOutcomeError
        It is no JSON, or not of this kind: something else than SciCat has answered.
    """
    told = f"{answer.request.method} {answer.request.path_url}: {answer.status_code}"
    try:
        found = answer.json()
    except requests.JSONDecodeError:
        raise UnknownOutcomeError(f"{told}, no JSON but {answer.text[:SHOWN]!r}") from None
    if not isinstance(found, kind):
        raise UnknownOutcomeError(f"{told}, no {kind.__name__} but {answer.text[:SHOWN]!r}")
    return found
