"""Reading a pickle that others can write, without running anything of it.

Sardana hands its environment out as a pickle only. Every class or function that the bytes name
becomes an inert placeholder; numbers, texts, lists and dictionaries arrive as they are.
"""

import io
import pickle
from typing import Any


class Placeholder:
    """Stands for any object that was in the pickle; keeps nothing and does nothing."""

    def __new__(cls, *_: Any, **__: Any) -> "Placeholder":
        """Take any arguments."""
        return super().__new__(cls)

    def __call__(self, *_: Any, **__: Any) -> "Placeholder":
        """Do nothing when the bytes call what they made."""
        return self

    def __setstate__(self, state: Any) -> None:
        """Ignore any state."""

    def append(self, item: Any) -> None:
        """Ignore an element of a list's subclass."""

    def extend(self, items: Any) -> None:
        """Ignore the elements of a list's subclass."""

    def __setitem__(self, key: Any, value: Any) -> None:
        """Ignore an item of a dictionary's subclass."""


class _InertUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> type[Placeholder]:
        return Placeholder


def load_inert(data: bytes) -> Any:
    """Return what is in a pickle, without any class of it.

    Raises
    ------
    ValueError
        The bytes are no pickle.
    """
    try:
        return _InertUnpickler(io.BytesIO(data)).load()
    except Exception as error:  # noqa: BLE001 - damaged bytes end in nearly any exception
        raise ValueError(f"no readable pickle: {type(error).__name__}: {error}") from None
