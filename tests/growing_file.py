"""A file that grows all the time, as one into which a detector's program writes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def growing_file(path: Path) -> Iterator[None]:
    """Let a file grow until the block ends."""
    ended = threading.Event()

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not ended.wait(0.02):
                file.write(b"x")

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
