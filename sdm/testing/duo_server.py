"""A DUO for tests and the demo, over HTTP: answers in DUO's shape, and fails when it is told to.

As a program: ``python -m sdm.testing.duo_server OFFICE.yaml SECRET_FILE`` serves the proposals of a
YAML office, prints ``listening on <url>`` and stays until SIGTERM or Ctrl-C.
"""

import json
import signal
import ssl
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from sdm.secret import secret_from_file
from sdm.testing.duo_rows import group_of, pgroup_of, rows_of
from sdm.testing.loopback_server import LoopbackServer
from sdm.user_office.protocol import Proposal
from sdm.user_office.yaml_office import YamlOffice

ROOT = "/duo/api.php/v1"
SECRET = "not-a-secret"  # noqa: S105 - of a try-out
PAGE = b"<html><body>Down for maintenance</body></html>"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request."""

    status: int | None = None
    """Answered instead of the true one."""
    delay_s: float = 0.0
    """Waited before anything else."""
    form: Literal["json", "page", "cut", "drip"] = "json"
    """``page``: a web page; ``cut``: the connection ends within; ``drip``: a byte every 0.1 s."""
    location: str | None = None
    """Where a redirect leads to."""


class DuoServer(LoopbackServer):
    """A server on a free port of the loopback; a context manager.

    Parameters
    ----------
    proposals
        What it tells; ``tell`` replaces one, or adds it.
    secret
        Wanted in ``X-API-SECRET`` or in the cookie ``SECRET``.
    facility, zone
        As in DUO's addresses, and where its clocks stand.
    tls
        For https.
    """

    def __init__(
        self,
        proposals: Iterable[Proposal] = (),
        secret: str = SECRET,
        facility: str = "demo",
        zone: str = "Europe/Stockholm",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.told = {proposal.number: proposal for proposal in proposals}
        self.secret, self.facility, self.zone = secret, facility, ZoneInfo(zone)
        self.requests: list[str] = []
        """Path and query of each request, oldest first."""
        self.headers: list[dict[str, str]] = []
        """Names in lower case, of each request."""
        self.unknown_groups: set[str] = set()
        """Groups of people that proposals name and the server does not know."""
        self.faults: dict[int, Fault] = {}
        """Number of the request, from 1, to what goes wrong with it."""
        self.always: Fault | None = None
        """What goes wrong with every request."""
        super().__init__(_handler(self), tls)

    @property
    def url(self) -> str:
        """Address up to the version of the interface."""
        return f"{self.address}{ROOT}"

    def tell(self, proposal: Proposal) -> None:
        """Tell of a proposal from now on, in place of one with the same number."""
        self.told[proposal.number] = proposal

    def forget(self, number: str) -> None:
        """Know a proposal no more."""
        del self.told[number]

    def fault(self, path: str, headers: dict[str, str]) -> Fault:
        """Count a request, and return what goes wrong with it."""
        self.requests.append(path)
        self.headers.append(headers)
        return self.faults.get(len(self.requests), self.always or Fault())

    def answer(self, path: str, headers: dict[str, str]) -> tuple[int, Any]:
        """Return status and JSON."""
        sent = (headers.get("x-api-secret"), headers.get("cookie", "").removeprefix("SECRET="))
        if self.secret not in sent:
            return 403, {"message": "Forbidden"}
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return self._found(parts.path.removeprefix(ROOT).strip("/").split("/"), query)

    def _found(self, steps: list[str], query: dict[str, str]) -> tuple[int, Any]:
        calls: dict[tuple[str, ...], Callable[[], tuple[int, Any]]] = {
            ("CalendarInfos", "facilities"): self._facilities,
            ("CalendarInfos", "proposals", self.facility): lambda: self._listed(query.get("year", "")),
            ("CalendarInfos", "scheduled", self.facility): lambda: self._scheduled(query.get("beamline", "")),
            ("CalendarInfos", "pgroup", steps[-1]): lambda: self._group(steps[-1]),
            ("ProposalInfos", "details", self.facility): lambda: self._details(query.get("propid", "")),
        }
        call = calls.get(tuple(steps))
        return call() if call else (404, {"message": "Not Found"})

    def _facilities(self) -> tuple[int, Any]:
        names = sorted({name for proposal in self.told.values() for name in proposal.beamlines})
        beamlines = [{"name": name, "xname": f"x-{name}"} for name in names]
        return 200, [{"name": self.facility, "beamlines": beamlines}]

    def _listed(self, year: str) -> tuple[int, Any]:
        listed = [proposal for proposal in self.told.values() if proposal.number.startswith(year)]
        return 200, [row for proposal in listed for row in rows_of(proposal, self.zone)]

    def _scheduled(self, beamline: str) -> tuple[int, Any]:
        rows = [row for proposal in self.told.values() for row in rows_of(proposal, self.zone)]
        return 200, [
            row for row in rows if row["schedule"] and str(row["beamline"]).lower() == beamline.lower()
        ]

    def _group(self, name: str) -> tuple[int, Any]:
        for proposal in self.told.values():
            if pgroup_of(proposal) == name and name not in self.unknown_groups:
                return 200, group_of(proposal)
        return 404, {"message": "Not Found"}

    def _details(self, number: str) -> tuple[int, Any]:
        if number not in self.told:
            return 404, {"message": "Not Found"}
        return 200, rows_of(self.told[number], self.zone)


def _handler(server: DuoServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {name.lower(): text for name, text in self.headers.items()}
            fault = server.fault(self.path, headers)
            time.sleep(fault.delay_s)
            status, found = server.answer(self.path, headers)
            content = PAGE if fault.form == "page" else json.dumps(found).encode()
            try:
                self._send(fault.status or status, content, fault)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, status: int, content: bytes, fault: Fault) -> None:
            self.send_response(status)
            self.send_header("content-type", "text/html" if fault.form == "page" else "application/json")
            self.send_header("content-length", str(len(content) + (fault.form == "cut")))
            if fault.location:
                self.send_header("location", fault.location)
            self.end_headers()
            if fault.form == "drip":
                self._drip(content)
            else:
                self.wfile.write(content)

        def _drip(self, content: bytes) -> None:
            for byte in content:
                self.wfile.write(bytes([byte]))
                time.sleep(0.1)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep the output free of it; ``requests`` has it all."""

    return Handler


def serve(office: Path, secret_file: Path) -> None:
    """Serve the proposals of a YAML office, as they stand there now, until SIGTERM or Ctrl-C."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    secret = secret_from_file(secret_file).get_secret_value()
    with DuoServer(YamlOffice(file=str(office)).everything(), secret) as server:
        sys.stdout.write(f"listening on {server.url}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    serve(Path(sys.argv[1]), Path(sys.argv[2]))
