"""The user office of a try-out: the site's YAML file, or a DUO of ours that serves its proposals."""

import re
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scizoo.services.run_folder import RunFolder
from scizoo.services.service import Service

LISTENING = re.compile(r"^listening on (\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class OfficeChoice:
    """A user office as PathFixer and SciCow are told of it."""

    kind: str
    settings: dict[str, str]

    def lines(self) -> list[str]:
        """Return the settings as a Tango property has them."""
        return [f"{name}={value}" for name, value in self.settings.items()]


def yaml_office(file: Path) -> OfficeChoice:
    """Return the office that is a file."""
    return OfficeChoice("yaml", {"file": str(file)})


class Duo(Service):
    """``sdm.testing.duo_server`` in a process of its own, with a secret of its own.

    Parameters
    ----------
    office
        YAML file with its proposals, read once, when it starts.
    """

    name = "duo"
    kind = "a DUO of ours, for trying out only"

    def __init__(self, folder: RunFolder, office: Path, bound: bool = True) -> None:
        super().__init__(folder, bound)
        self.office = office
        self.secret_file = folder.data("duo") / "secret"
        self._address = ""

    @property
    def address(self) -> str:
        """Address up to the version of the interface, empty until it is ready."""
        return self._address

    @property
    def choice(self) -> OfficeChoice:
        """Return how it is asked, once it is ready."""
        secret = str(self.secret_file)
        settings = {"url": self._address, "secret_file": secret, "facility": "demo", "years": "20"}
        return OfficeChoice("duo", settings)

    def prepare(self) -> None:
        """Forget the address of an earlier life, and make a secret."""
        self._address = ""
        self.log_file.unlink(missing_ok=True)
        self.secret_file.touch(mode=0o600)
        self.secret_file.write_text(secrets.token_hex())

    def command(self) -> Sequence[str | Path]:
        """Return the server's module with its proposals and its secret."""
        return [sys.executable, "-m", "sdm.testing.duo_server", self.office, self.secret_file]

    def answers(self) -> bool:
        """Tell whether it has printed its address."""
        found = LISTENING.search(self.log_file.read_text(encoding="utf-8"))
        self._address = found[1] if found else ""
        return bool(found)
