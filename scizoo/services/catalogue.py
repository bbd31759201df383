"""The configuration of the consumers in a try-out."""

import os
from pathlib import Path
from typing import Any

from scizoo.services.errors import ServiceError
from scizoo.services.site import Site
from scizoo.services.user_office import OfficeChoice, yaml_office

TOPICS = ("captures", "dead-letters", "receipts")
CONTACT = "beamline@example.org"
"""Of a try-out's datasets whose PI has no address: a name that belongs to nobody (RFC 2606)."""


def topic_names(beamline: str) -> list[str]:
    """Return the topics of a beamline, as the embedded broker makes them."""
    return [f"scizoo.{beamline}.{kind}" for kind in TOPICS]


def configuration(
    site: Site,
    kafka: str,
    mongodb: str,
    scicat_url: str | None,
    static: bool,
    office: OfficeChoice | None = None,
) -> dict[str, Any]:
    """Return what ``scicow`` reads: one beamline, MongoDB, and SciCat when it has an address.

    Parameters
    ----------
    static
        Whether the broker knows static membership, as Apache Kafka does.
    office
        The user office; none for the site's YAML file.
    """
    office = office or yaml_office(site.office)
    sinks = ["mongodb", *(["scicat"] if scicat_url else [])]
    described: dict[str, Any] = {
        "kafka": {"bootstrap_servers": kafka, "instance": "scicow-1" if static else None},
        "topics": {"replication": 1, "min_insync_replicas": 1},
        "beamlines": [{"name": site.beamline, "sinks": sinks}],
        "pid_prefixes": [site.pid_prefix],
        "state_database": {"uri": mongodb, "database": "scicow"},
        "mongodb": {"uri": mongodb, "database": "scizoo"},
        "user_office": {"kind": office.kind, "settings": office.settings},
    }
    if scicat_url:
        described["scicat"] = _scicat(scicat_url)
    return described


def _scicat(url: str) -> dict[str, Any]:
    user = os.environ.get("SCICAT_USER")
    if not user or "SCICAT_PASSWORD" not in os.environ:
        raise ServiceError("SciCat wants an account: set SCICAT_USER and SCICAT_PASSWORD")
    return {
        "url": url,
        "username": user,
        "password": {"env": "SCICAT_PASSWORD"},
        # SciCat wants an address for every dataset: without one, those of a PI who has none would wait.
        "ownership": {"contact_email": CONTACT},
    }


def configuration_file(folder: Path) -> Path:
    """Return where the configuration lies."""
    return folder / "scicow.yaml"
