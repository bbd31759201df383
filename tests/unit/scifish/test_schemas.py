"""The checked-in JSON Schemas are the models', and describe the golden messages."""

import json
from pathlib import Path

import jsonschema
import pytest

from scifish.generate_schemas import FOLDER, MODELS, stale_schemas

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.json"))


def test_the_schemas_are_fresh():
    assert stale_schemas() == []


def test_a_changed_schema_is_noticed(tmp_path):
    for name in MODELS:
        (tmp_path / name).write_text((FOLDER / name).read_text())
    (tmp_path / "receipt-1.json").write_text("{}")
    assert stale_schemas(tmp_path) == ["receipt-1.json"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_golden_documents_obey_their_schema(path):
    schema = json.loads((FOLDER / f"{path.name.rsplit('-', 1)[0]}.json").read_text())
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert list(validator.iter_errors(json.loads(path.read_text()))) == []


def test_a_document_with_a_wrong_field_does_not():
    path = next(path for path in GOLDEN if path.name == "capture-1-ended.json")
    schema = json.loads((FOLDER / "capture-1.json").read_text())
    wrong = json.loads(path.read_text()) | {"rank": "high"}
    with pytest.raises(jsonschema.ValidationError, match="'high'"):
        jsonschema.validate(wrong, schema)
