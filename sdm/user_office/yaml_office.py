"""A user office in one YAML file, for facilities without one, for tests and for the demo."""

from collections import Counter
from pathlib import Path

import yaml
from pydantic import Field, ValidationError, model_validator

from sdm.errors import OfficeUnavailableError, UnknownProposalError
from sdm.user_office.protocol import Proposal, Record, newest_first
from sdm.yaml_trouble import place_in_yaml


class OfficeFile(Record):
    """The file: ``proposals``, each with the fields of Proposal."""

    proposals: tuple[Proposal, ...] = Field(default=())

    @model_validator(mode="after")
    def _every_number_once(self) -> "OfficeFile":
        counted = Counter(proposal.number for proposal in self.proposals)
        twice = [number for number, count in counted.items() if count > 1]
        if twice:
            raise ValueError(f"proposal {', '.join(twice)} stands in the file more than once")
        return self


class YamlOffice:
    """Reads its file at every question: an edit counts at once.

    Parameters
    ----------
    file
        Path of the YAML file.
    """

    def __init__(self, *, file: str) -> None:
        self._file = Path(file)

    def proposal(self, number: str) -> Proposal:
        """Return one proposal; raises UnknownProposalError or OfficeUnavailableError."""
        for proposal in self.everything():
            if proposal.number == number:
                return proposal
        raise UnknownProposalError(number)

    def proposals(self, beamline: str) -> list[Proposal]:
        """Return the proposals of a beamline, newest number first."""
        return newest_first([proposal for proposal in self.everything() if proposal.is_for(beamline)])

    def everything(self) -> tuple[Proposal, ...]:
        """Return all proposals, in the file's order."""
        return self._read().proposals

    def _read(self) -> OfficeFile:
        try:
            content = yaml.safe_load(self._file.read_text(encoding="utf-8"))
        except OSError as error:
            raise OfficeUnavailableError(f"{self._file} cannot be read: {error.strerror}") from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise OfficeUnavailableError(f"{self._file} is no YAML: {place_in_yaml(error)}") from None
        try:
            return OfficeFile.model_validate(content)
        except ValidationError as error:
            raise OfficeUnavailableError(f"{self._file}: {_explain(error)}") from None


def _explain(error: ValidationError) -> str:
    lines = []
    for item in error.errors(include_url=False, include_input=False)[:5]:
        place = ".".join(str(step) for step in item["loc"])
        lines.append(f"{place}: {item['msg']}" if place else item["msg"])
    return "; ".join(lines)
