"""The files of a dataset in SciCat: each once, although SciCat itself does not mind adding them twice."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from consumers.sinks.scicat_client import RefusedError, ScicatClient, UnknownOutcomeError
from consumers.sinks.scicat_written import WrittenDatasets
from scifish.faultpoints import reached

Json = dict[str, Any]
FILE_FIELDS = ("path", "size", "time", "chk", "uid", "gid", "perm", "type")
"""What SciCat takes of a file; it gives more back."""


@dataclass(frozen=True)
class FilesAnswer:
    """How far the files of a dataset have come."""

    done: bool = True
    note: str | None = None
    """For people: why to look again later, also when they are all there."""


class ScicatFilesWriter:
    """Adds blocks of files.

    Blocks have no name of their own, so before one is added we look which paths are there; and when
    the answer to an earlier request is not known we wait until it must have been saved or lost.
    """

    def __init__(self, client: ScicatClient, written: WrittenDatasets, settle_s: float) -> None:
        self._client = client
        self._written = written
        self._settle = timedelta(seconds=settle_s)

    def write(self, pid: str, blocks: list[Json]) -> FilesAnswer:
        """Bring the files of a dataset to what is wanted.

        Raises
        ------
        RefusedError, UnknownOutcomeError, RetryableError
            As for datasets.
        """
        wanted, known = fingerprint(blocks), self._written.find(pid)
        if not blocks or known.files == wanted:
            return FilesAnswer()
        there = self._without_doubles(self._client.find_blocks(pid))
        there = [self._corrected(block, blocks) for block in there]
        paths = {file["path"] for block in there for file in block["dataFileList"]}
        missing = [left for left in (only_missing(block, paths) for block in blocks) if left]
        if missing and known.files_sent_at and self._written.clock() < known.files_sent_at + self._settle:
            return FilesAnswer(False, "an earlier request to add its files may still be saved")
        for block in missing:
            self._written.send_files(pid)
            self._client.create_block(block)
            reached("scicow.files-sent")
        self._correct_size(pid, [*there, *missing])
        if missing and known.files_sent_at:
            self._written.doubt_files(pid)
            return FilesAnswer(note="its files were sent twice: the first request may be saved very late")
        self._written.acknowledge_files(pid, wanted)
        return FilesAnswer()

    def _corrected(self, block: Json, wanted: list[Json]) -> Json:
        """Bring files of a block that is there to the sizes they have now; return the block."""
        changes = newer_sizes(block, wanted)
        if changes:
            self._client.change_block(_id(block), changes)
        return block | changes

    def _without_doubles(self, blocks: list[Json]) -> list[Json]:
        """Remove blocks that say nothing new; where that is not allowed, at least the size is corrected."""
        kept: list[Json] = []
        seen: set[str] = set()
        for block in blocks:
            paths = {file["path"] for file in block["dataFileList"]}
            if paths <= seen:
                self._delete(block)
            else:
                kept.append(block)
            seen |= paths
        return kept

    def _delete(self, block: Json) -> None:
        try:
            self._client.delete_block(_id(block))
        except (RefusedError, UnknownOutcomeError):
            return

    def _correct_size(self, pid: str, blocks: list[Json]) -> None:
        """Set size and number of files where SciCat has counted otherwise."""
        size = sum(block["size"] for block in blocks)
        files = sum(len(block["dataFileList"]) for block in blocks)
        server = self._client.find_dataset(pid) or {}
        if (server.get("size"), server.get("numberOfFiles")) != (size, files):
            self._client.change_dataset(pid, {"size": size, "numberOfFiles": files})


def only_missing(block: Json, paths: set[str]) -> Json | None:
    """Return a block without the files that are there, none when nothing is left of it."""
    files = [file for file in block["dataFileList"] if file["path"] not in paths]
    if not files:
        return None
    return block | {"dataFileList": files, "size": sum(file["size"] for file in files)}


def newer_sizes(block: Json, wanted: list[Json]) -> Json:
    """Return what to change in a block so that its files have the wanted sizes, nothing when they have.

    A checksum is only taken over where the block's algorithm made it; that of the old content goes.
    """
    known = {file["path"]: (file, of.get("chkAlg")) for of in wanted for file in of["dataFileList"]}
    files = []
    for there in block["dataFileList"]:
        file, algorithm = known.get(there["path"], (there, None))
        if file["size"] != there["size"]:
            kept = {name: there[name] for name in FILE_FIELDS if name in there and name != "chk"}
            same = algorithm == block.get("chkAlg")
            there = kept | {name: value for name, value in file.items() if same or name != "chk"}
        files.append({name: there[name] for name in FILE_FIELDS if name in there})
    size = sum(file["size"] for file in files)
    before = [file["size"] for file in block["dataFileList"]]
    return {} if before == [file["size"] for file in files] else {"dataFileList": files, "size": size}


def _id(block: Json) -> str:
    return str(block.get("_id") or block.get("id"))


def fingerprint(blocks: list[Json]) -> str:
    """Return a name for these files, the same whenever paths and sizes are."""
    files = sorted((file["path"], file["size"]) for block in blocks for file in block["dataFileList"])
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()
