"""Stamps that say what has been set up, so that a second run has nothing to do."""

import hashlib
import sys
from pathlib import Path

from bootstrap.layout import CHECKOUT, CONSTRAINTS, STAMPS, VENV
from bootstrap.parts import Part


def digest() -> str:
    """Return one word for everything that the set-up depends on: our files, this Python, this place."""
    summary = hashlib.sha256(f"{CHECKOUT}\n{sys.executable}\n{sys.version}\n".encode())
    for path in inputs():
        summary.update(path.read_bytes())
    return summary.hexdigest()


def inputs() -> list[Path]:
    """Return the files that say what to install and how."""
    own = [path for path in (CHECKOUT / "bootstrap").rglob("*") if path.suffix in {".py", ".xml", ".txt"}]
    return sorted([*own, CHECKOUT / "setup.cfg", CHECKOUT / "pyproject.toml", CONSTRAINTS])


def done(part: Part, word: str) -> bool:
    """Tell whether a part was set up from exactly these inputs and is still there."""
    stamp = STAMPS / part.name
    return (VENV / "bin" / "python").exists() and stamp.exists() and stamp.read_text() == word


def mark(part: Part, word: str) -> None:
    """Remember that a part has been set up."""
    (STAMPS / part.name).write_text(word)
