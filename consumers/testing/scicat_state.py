"""What the SciCat server for tests knows and refuses: measured on v5.2.1, without HTTP."""

import copy
import json
import re
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from importlib.resources import files
from typing import Any
from uuid import uuid4

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

Json = dict[str, Any]
EMAIL = re.compile(r"[^@\s;]+@[^@\s;]+\.[^@\s;]+")


class HttpError(Exception):
    """An answer that is not a success: status and body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body


class ScicatState:
    """Datasets, blocks of files and proposals; refuses what the DTOs of the v3 API refuse."""

    def __init__(self) -> None:
        self.datasets: dict[str, Json] = {}
        self.blocks: list[Json] = []
        self.proposals: dict[str, Json] = {}
        self.may_delete = True
        schemas = json.loads((files("consumers.testing") / "scicat_schemas.json").read_text())["schemas"]
        self._components = {"components": {"schemas": schemas}}

    def create_dataset(self, body: Json, user: str) -> Json:
        """POST /v3/datasets."""
        kind = "Derived" if body.get("type") == "derived" else "Raw"
        self._check(f"Create{kind}DatasetObsoleteDto", body, optional={"datasetName"})
        for address in str(body["contactEmail"]).split(";"):
            if not EMAIL.fullmatch(address):
                raise HttpError(400, _refusal("contactEmail", "contactEmail must be an email"))
        pid = body.get("pid") or f"20.500.12345/{uuid4()}"
        if pid in self.datasets:
            message = f"A dataset with pid {pid} already exists!"
            raise HttpError(409, {"message": message, "error": "Conflict", "statusCode": 409})
        counted = {"size": 0, "packedSize": 0, "numberOfFiles": 0, "isPublished": False}
        dataset = counted | copy.deepcopy(body) | {"pid": pid, "createdBy": user, "createdAt": now_text()}
        self._save(dataset, user)
        return dataset

    def change_dataset(self, pid: str, body: Json, user: str, unmodified_since: str | None) -> Json:
        """PATCH /v3/datasets/{pid}: scientificMetadata are replaced whole."""
        dataset = self.dataset(pid)
        for name in ("pid", "type"):
            if name in body:
                raise HttpError(400, _refusal(name, f"property {name} should not exist"))
        kind = "Derived" if dataset["type"] == "derived" else "Raw"
        self._check(f"PartialUpdate{kind}DatasetObsoleteDto", body)
        if unmodified_since is not None:
            updated = datetime.fromisoformat(dataset["updatedAt"].replace("Z", "+00:00"))
            if updated > parsedate_to_datetime(unmodified_since):
                raise HttpError(412, {"message": "Update error due to failed if-modified-since condition"})
        dataset.update(copy.deepcopy(body))
        self._save(dataset, user)
        return dataset

    def dataset(self, pid: str) -> Json:
        """GET /v3/datasets/{pid}."""
        if pid not in self.datasets:
            message = f"dataset: {pid} not found"
            raise HttpError(404, {"message": message, "error": "Not Found", "statusCode": 404})
        return self.datasets[pid]

    def proposal(self, identifier: str) -> Json:
        """GET /v3/proposals/{id}."""
        if identifier not in self.proposals:
            message = f"Proposal: {identifier} not found"
            raise HttpError(404, {"message": message, "error": "Not Found", "statusCode": 404})
        return self.proposals[identifier]

    def list_proposals(self, filters: Json) -> list[Json]:
        """GET /v3/proposals: by id, a page of them; without a limit it is SciCat's own, 100."""
        limits = filters.get("limits", {})
        first, count = limits.get("skip", 0), limits.get("limit", 100)
        return [self.proposals[key] for key in sorted(self.proposals)][first : first + count]

    def create_block(self, body: Json) -> Json:
        """POST /v3/origdatablocks: a repeated one makes a second block."""
        self._check("CreateOrigDatablockDto", body)
        dataset = self.dataset(body["datasetId"])
        block = copy.deepcopy(body) | {"_id": str(uuid4()), "ownerGroup": dataset["ownerGroup"]}
        self.blocks.append(block)
        self._count(dataset)
        return block

    def blocks_of(self, pid: str) -> list[Json]:
        """GET /v3/datasets/{pid}/origdatablocks."""
        return [block for block in self.blocks if block["datasetId"] == pid]

    def change_block(self, block_id: str, body: Json) -> Json:
        """PATCH /v3/origdatablocks/{id}."""
        self._check("PartialUpdateOrigDatablockDto", body)
        [block] = [block for block in self.blocks if block["_id"] == block_id]
        block |= copy.deepcopy(body)
        self._count(self.dataset(block["datasetId"]))
        return block

    def delete_block(self, block_id: str) -> Json:
        """DELETE /v3/origdatablocks/{id}: needs a right of its own."""
        if not self.may_delete:
            raise HttpError(403, {"message": "Forbidden resource", "error": "Forbidden", "statusCode": 403})
        [block] = [block for block in self.blocks if block["_id"] == block_id]
        self.blocks.remove(block)
        self._count(self.dataset(block["datasetId"]))
        return block

    def _save(self, dataset: Json, user: str) -> None:
        """Keep it; a null among the metadata is answered with 500 although it is saved."""
        metadata = dataset.get("scientificMetadata", {})
        for leaf in metadata.values():
            _add_si(leaf)
        dataset |= {"updatedBy": user, "updatedAt": now_text()}
        self.datasets[dataset["pid"]] = dataset
        if any(leaf is None for leaf in metadata.values()):
            raise HttpError(500, {"message": "Internal server error", "statusCode": 500})

    def _count(self, dataset: Json) -> None:
        blocks = self.blocks_of(dataset["pid"])
        dataset["size"] = sum(block["size"] for block in blocks)
        dataset["numberOfFiles"] = sum(len(block["dataFileList"]) for block in blocks)

    def _check(self, name: str, body: Json, optional: set[str] | None = None) -> None:
        schema = self._components["components"]["schemas"][name]
        required = [field for field in schema.get("required", ()) if field not in (optional or set())]
        strict = {**schema, "required": required, "additionalProperties": False, **self._components}
        for error in Draft202012Validator(strict).iter_errors(body):
            field = str(next(iter(error.path), error.message.split("'")[1] if "'" in error.message else ""))
            raise HttpError(400, _refusal(field, error.message[:200]))


def _refusal(field: str, reason: str) -> Json:
    found = [{"property": field, "children": [], "constraints": {"refused": reason}}]
    return {"status": 400, "message": json.dumps(found)}


def _add_si(leaf: Any) -> None:
    """Add what the backend adds to every value with a unit; the number itself does not matter here."""
    if isinstance(leaf, dict) and leaf.get("unit") and isinstance(leaf.get("value"), int | float):
        leaf |= {"valueSI": leaf["value"], "unitSI": leaf["unit"]}


def now_text() -> str:
    """Return the clock as SciCat writes it."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
