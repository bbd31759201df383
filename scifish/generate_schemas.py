"""Write the JSON Schemas of everything that crosses a process boundary, or check that they are fresh.

``python -m scifish.generate_schemas`` writes, ``… --check`` compares and exits 1 when stale.
"""

import json
import sys
from pathlib import Path

from pydantic import BaseModel

from scifish.heartbeat import Heartbeat
from scifish.messages import CaptureMessage
from scifish.receipts import Receipt
from scifish.selection import Selection
from scifish.session import Session

FOLDER = Path(__file__).parent / "schemas"
MODELS: dict[str, type[BaseModel]] = {
    "capture-1.json": CaptureMessage,
    "heartbeat-1.json": Heartbeat,
    "receipt-1.json": Receipt,
    "selection-1.json": Selection,
    "session-1.json": Session,
}


def schema_text(model: type[BaseModel]) -> str:
    """Return a model's JSON Schema as it stands in the repository."""
    return json.dumps(model.model_json_schema(by_alias=True, mode="validation"), indent=2) + "\n"


def stale_schemas(folder: Path = FOLDER) -> list[str]:
    """Return the names of the schema files that differ from their model."""
    texts = {name: folder / name for name in MODELS}
    return [
        name
        for name, path in texts.items()
        if not path.exists() or path.read_text(encoding="utf-8") != schema_text(MODELS[name])
    ]


def main() -> int:
    """Write or check the schemas; return the exit code."""
    if "--check" in sys.argv:
        stale = stale_schemas()
        if stale:
            sys.stderr.write(f"stale: {', '.join(stale)}; run: make schemas\n")
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for name, model in MODELS.items():
        (FOLDER / name).write_text(schema_text(model), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
