"""Folders of a test that other accounts must be able to enter."""

import tempfile
from pathlib import Path


def let_everybody_enter(folder: Path) -> None:
    """Give a folder and all above it, up to the system's own, the mode of a real storage: 755."""
    top = Path(tempfile.gettempdir())
    for path in (folder, *folder.parents):
        if path == top or path == path.parent:
            return
        path.chmod(0o755)
