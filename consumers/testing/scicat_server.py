"""A SciCat for tests, over HTTP: refuses what the real one refuses, and fails when it is told to.

Behaves as measured on v5.2.1, its odd answers included: 403 for a bad token, 401 for an expired one,
a second block for a repeated POST, and requests that are saved although they were answered with 500.
What stands before a real one is there too: answers cut short, and maintenance pages in place of JSON.
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import uuid4

from consumers.testing.scicat_state import HttpError, Json, ScicatState
from sdm.testing.loopback_server import LoopbackServer

ROOT = "/api/v3"
FORBIDDEN = HttpError(403, {"message": "Forbidden resource", "error": "Forbidden", "statusCode": 403})
EXPIRED = HttpError(401, {"message": "SESSION_EXPIRED", "error": "Unauthorized", "statusCode": 401})
UNKNOWN = HttpError(401, {"message": "Unauthenticated", "statusCode": 401})
PAGE = "<html><body>Down for maintenance</body></html>"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request."""

    status: int | None = None
    """Answered instead of the true one."""
    after_saving: bool = False
    """Whether the request is carried out all the same."""
    delay_s: float = 0.0
    """Waited before anything else; a client that gives up meanwhile is saved all the same."""
    form: Literal["json", "page", "cut"] = "json"
    """``page``: a web page where JSON was expected; ``cut``: the connection ends within the answer."""


class NoJsonError(Exception):
    """An answer in another form than JSON."""

    def __init__(self, status: int, form: Literal["page", "cut"]) -> None:
        super().__init__(form)
        self.status, self.form = status, form


class ScicatServer(LoopbackServer):
    """A server on a free port of the loopback; a context manager."""

    def __init__(self, users: dict[str, str] | None = None) -> None:
        self.users = users or {"ingestor": "aman"}
        self.state = ScicatState()
        self.well = True
        self.maintenance = False
        """Whether every path, ``/health`` too, shows a web page with status 200."""
        self.requests: list[tuple[str, str]] = []
        """Method and path of each request for datasets, files or proposals, oldest first."""
        self.faults: dict[int, Fault] = {}
        """Number of the request, from 1, to what goes wrong with it."""
        self.always: Fault | None = None
        """What goes wrong with every request."""
        self._tokens: dict[str, str] = {}
        self._expired: set[str] = set()
        self._lock = threading.Lock()
        super().__init__(_handler(self))

    @property
    def url(self) -> str:
        """Base address, without ``/api``."""
        return self.address

    def expire_tokens(self) -> None:
        """Let every session end: 401 from now on."""
        self._expired |= set(self._tokens)

    def forget_tokens(self) -> None:
        """Let every token be unknown: 403 from now on."""
        self._tokens.clear()

    def answer(self, method: str, path: str, headers: dict[str, str], body: Json) -> tuple[int, Any]:
        """Return status and body for a request; raise NoJsonError for an answer of another form."""
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if self.maintenance:
            raise NoJsonError(200, "page")
        try:
            if token in self._expired:
                raise EXPIRED
            if path == "/auth/login":
                return 201, self._login(body)
            if path == "/health":
                return (200, {"status": "ok"}) if self.well else (503, {"status": "error"})
            return self._answer_known(method, path, self._tokens.get(token), headers, body)
        except HttpError as error:
            return error.status, error.body

    def _login(self, body: Json) -> Json:
        if self.users.get(str(body.get("username"))) != body.get("password"):
            raise HttpError(401, {"message": "Unauthorized", "statusCode": 401})
        token = uuid4().hex
        self._tokens[token] = body["username"]
        return {"access_token": token, "id": token, "expires_in": 3600, "ttl": 3600}

    def _answer_known(
        self, method: str, path: str, user: str | None, headers: dict[str, str], body: Json
    ) -> tuple[int, Any]:
        if path == "/users/my/self":
            if user is None:
                raise UNKNOWN
            return 200, {"username": user}
        if user is None:
            raise FORBIDDEN
        fault = self._count(method, path)
        time.sleep(fault.delay_s)
        if not fault.after_saving:
            _fail(fault)
        with self._lock:
            status, found = self._carry_out(method, path, user, headers, body)
            answer = json.loads(json.dumps(found))
        _fail(fault)
        return status, answer

    def _count(self, method: str, path: str) -> Fault:
        with self._lock:
            self.requests.append((method, path))
            return self.faults.get(len(self.requests), self.always or Fault())

    def _carry_out(
        self, method: str, path: str, user: str, headers: dict[str, str], body: Json
    ) -> tuple[int, Any]:
        parts = urlsplit(path)
        steps = parts.path.strip("/").split("/")
        filters = parse_qs(parts.query).get("filters", ["{}"])[0]
        names = [unquote(step) for step in steps]
        pid = names[1] if len(names) > 1 else ""
        since = headers.get("if-unmodified-since")
        calls: dict[tuple[str, str, int], tuple[int, Callable[[], Any]]] = {
            ("POST", "datasets", 1): (201, lambda: self.state.create_dataset(body, user)),
            ("GET", "datasets", 2): (200, lambda: self.state.dataset(pid)),
            ("PATCH", "datasets", 2): (200, lambda: self.state.change_dataset(pid, body, user, since)),
            ("GET", "datasets", 3): (200, lambda: self.state.blocks_of(pid)),
            ("POST", "origdatablocks", 1): (201, lambda: self.state.create_block(body)),
            ("PATCH", "origdatablocks", 2): (200, lambda: self.state.change_block(pid, body)),
            ("GET", "proposals", 1): (200, lambda: self.state.list_proposals(json.loads(filters))),
            ("GET", "proposals", 2): (200, lambda: self.state.proposal(pid)),
            ("DELETE", "origdatablocks", 2): (200, lambda: self.state.delete_block(pid)),
        }
        call = calls.get((method, names[0], len(names)))
        if call is None:
            raise HttpError(404, {"message": f"Cannot {method} {'/'.join(steps)}", "statusCode": 404})
        status, act = call
        return status, act()


def _fail(fault: Fault) -> None:
    """Raise what a fault says instead of an answer, if it says anything."""
    if fault.form != "json":
        raise NoJsonError(fault.status or 200, fault.form)
    if fault.status is not None:
        raise HttpError(fault.status, "Internal server error")


def _handler(server: ScicatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            headers = {name.lower(): text for name, text in self.headers.items()}
            try:
                status, found = server.answer(self.command, self.path.removeprefix(ROOT), headers, body)
                self._send(status, "application/json", json.dumps(found).encode())
            except NoJsonError as error:
                self._send(error.status, "text/html", PAGE.encode(), cut=error.form == "cut")
            except BrokenPipeError:
                self.close_connection = True

        def _send(self, status: int, kind: str, content: bytes, *, cut: bool = False) -> None:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(content) * (2 if cut else 1)))
            self.end_headers()
            self.wfile.write(content)
            self.close_connection = self.close_connection or cut

        do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep the tests' output free of it; ``requests`` has it all."""

    return Handler
