"""More files than one message holds: the rest follows in ``amended`` parts (pure).

The dataset is complete when all ``parts_expected`` parts are there.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic_core import to_json

from scifish.message_parts import AmendmentPart, DataFile
from scifish.messages import MAX_FILES, CaptureMessage, Context, Identity

MAX_FILES_BYTES = 400_000
"""JSON of the files in one message, so that long paths leave room for the rest."""
PART_NAME = "files"


def split_files(message: CaptureMessage, files: Sequence[DataFile] | None = None) -> list[CaptureMessage]:
    """Return ``ended`` with its first files, then the amended parts with the others.

    Parameters
    ----------
    message
        Phase ``ended``.
    files
        All files of the dataset; None: those in the message. (A validated message holds at most
        1000, so whoever has more hands them in here.)

    Returns
    -------
    list of CaptureMessage
        Revisions rise by one from the message's own; a message whose files fit comes back alone.
    """
    first, *others = chunks(message.files if files is None else files)
    if not others:
        return [message.model_copy(update={"files": first})]
    ended = message.model_copy(update={"files": first, "parts_expected": len(others)})
    return [ended, *(_part(message, chunk, index, len(others)) for index, chunk in enumerate(others, 1))]


def _part(message: CaptureMessage, files: list[DataFile], index: int, of: int) -> CaptureMessage:
    kept = {*Identity.model_fields, *Context.model_fields, "source_folder", "status"} - {"phase", "revision"}
    fields: dict[str, Any] = {name: getattr(message, name) for name in kept}
    fields |= {"phase": "amended", "revision": message.revision + index, "files": files}
    return CaptureMessage(**fields | {"part": AmendmentPart(name=PART_NAME, index=index, of=of)})


def chunks(files: Sequence[DataFile]) -> list[list[DataFile]]:
    """Return files in pieces that each fit one message by number and by size; of none, one empty piece."""
    portions = [list(files[at : at + MAX_FILES]) for at in range(0, len(files), MAX_FILES)]
    return [chunk for portion in portions for chunk in _by_size(portion)] or [[]]


def _by_size(files: list[DataFile]) -> Iterator[list[DataFile]]:
    """Yield files that fit by number in pieces that fit by size; most fit as they are, and are asked once."""
    if len(to_json(files)) <= MAX_FILES_BYTES:
        yield files
        return
    chunk: list[DataFile] = []
    size = 0
    for file in files:
        length = len(to_json(file)) + 1
        if chunk and size + length > MAX_FILES_BYTES:
            yield chunk
            chunk, size = [], 0
        chunk.append(file)
        size += length
    yield chunk
