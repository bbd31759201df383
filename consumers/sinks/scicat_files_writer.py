"""The files of a dataset in SciCat: each once, although SciCat itself does not mind adding them twice."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from consumers.sinks.scicat_client import RefusedError, ScicatClient, UnknownOutcomeError
from consumers.sinks.scicat_written import WrittenDatasets
from scifish.faultpoints import reached

Json = dict[str, Any]


class ScicatFilesWriter:
    """Adds blocks of files.

    Blocks have no name of their own, so before one is added we look which paths are there; and when
    the answer to an earlier request is not known we wait until it must have been saved or lost.
    """

    def __init__(self, client: ScicatClient, written: WrittenDatasets, settle_s: float) -> None:
        self._client = client
        self._written = written
        self._settle = timedelta(seconds=settle_s)

    def write(self, pid: str, blocks: list[Json]) -> str | None:
        """Bring the files of a dataset to what is wanted; return what is to be waited for, none when done.

        Raises
        ------
        RefusedError, UnknownOutcomeError, RetryableError
            As for datasets.
        """
        wanted, known = fingerprint(blocks), self._written.find(pid)
        if not blocks or known.files == wanted:
            return None
        there = self._without_doubles(self._client.find_blocks(pid))
        paths = {file["path"] for block in there for file in block["dataFileList"]}
        missing = [left for left in (only_missing(block, paths) for block in blocks) if left]
        if missing and known.files_sent_at and self._written.clock() < known.files_sent_at + self._settle:
            return "an earlier request to add its files may still be saved: looked at again later"
        for block in missing:
            self._written.send_files(pid)
            self._client.create_block(block)
            reached("scicow.files-sent")
        self._correct_size(pid, [*there, *missing])
        self._written.acknowledge_files(pid, wanted)
        return None

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
            self._client.delete_block(str(block.get("_id") or block.get("id")))
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


def fingerprint(blocks: list[Json]) -> str:
    """Return a name for these files, the same whenever paths and sizes are."""
    files = sorted((file["path"], file["size"]) for block in blocks for file in block["dataFileList"])
    return hashlib.sha256(json.dumps(files).encode()).hexdigest()
