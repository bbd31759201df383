"""What must be true of the catalogues: exactly one complete dataset per scan, in each of them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from consumers.testing.scicat_server import ScicatServer
from scizoo.demo.selection import SELECTION
from scizoo.services.mongod import Mongod
from tests.bad_days.harness.scans import Scan
from tests.bad_days.harness.selected import untold
from tests.waiting import wait_for

Document = dict[str, Any]
Wanted = Scan | str
"""A scan, or the pid of another capture."""
OWN_ERROR = "fault injected"
"""In the failures of a scan during which a test has upset our own code."""


class Catalogues:
    """MongoDB and SciCat as they stand, and which datasets a test has made.

    Parameters
    ----------
    mongod
        Asked directly, whether or not the consumers reach it.
    scicat
        In this process.
    """

    def __init__(self, mongod: Mongod, scicat: ScicatServer) -> None:
        self._client = mongod.client(directConnection=True, serverSelectionTimeoutMS=30_000)
        self._datasets = self._client["scizoo"]["datasets"]
        self._scicat = scicat
        self._before: set[str] = set()

    def begin_test(self) -> None:
        """Note what is there: whatever comes from now on is this test's."""
        self._before = set(self._datasets.distinct("_id"))

    def close(self) -> None:
        """Ask no more."""
        self._client.close()

    def new_pids(self) -> set[str]:
        """Return the datasets that were not there when the test began."""
        return set(self._datasets.distinct("_id")) - self._before

    def pids_of(self, scan: Scan) -> set[str]:
        """Return the datasets of all tries of a scan."""
        return {str(dataset["_id"]) for each in scan.tries if (dataset := self.dataset(each))}

    def dataset(self, wanted: Wanted) -> Document | None:
        """Return the only dataset of a scan or pid in MongoDB; None while there is none."""
        found = list(self._datasets.find(_query(wanted)))
        assert len(found) <= 1, f"{len(found)} datasets for {wanted}: {[each['_id'] for each in found]}"
        return found[0] if found else None

    def see_what_status_says(self, row: Mapping[str, Any]) -> None:
        """See that a row of ``scizoo status`` calls nothing catalogued that a catalogue has not.

        What it calls so in neither may well be there, and have ended there: the row was asked first.
        """
        pid, whole = row["pid"], row["state"] == "catalogued"
        said = {sink for sink, answer in row["sinks"].items() if answer["state"] == "catalogued"}
        if whole or "mongodb" in said:
            dataset = self.dataset(pid)
            assert dataset, f"status calls {pid} catalogued, and MongoDB does not have it"
            running = dataset.get("status", "running") == "running"
            ended = whole and row["end_time"] is not None
            assert not (ended and running), f"status calls {pid} ended, and MongoDB has {dataset}"
        if "scicat" in said:
            assert pid in self._scicat.state.datasets, f"status calls {pid} catalogued, and SciCat has it not"

    def expect(self, wanted: Sequence[Wanted], status: str, limit_s: float) -> list[Document]:
        """Wait for the datasets, see that each is complete and true, and that there is no other.

        A scan that was too slow and was repeated has one for each of its tries; of the first is returned.
        """
        everything = [*wanted, *(again for each in wanted if isinstance(each, Scan) for again in each.again)]
        ended = {"catalogued_at": {"$ne": None}, "status": {"$ne": "running"}}
        theirs = {**ended, "$or": [_query(each) for each in everything]}
        wait_for(
            lambda: self._datasets.count_documents(theirs) >= len(everything),
            limit_s,
            f"{len(everything)} complete datasets",
        )
        documents = [self.true_dataset(each, status, limit_s) for each in everything]
        extra = self.new_pids() - {document["_id"] for document in documents}
        assert not extra, f"datasets that nobody made: {[self._in_words(pid) for pid in extra]}"
        return documents[: len(wanted)]

    def _in_words(self, pid: str) -> str:
        found = self._datasets.find_one({"_id": pid}) or {}
        return (
            f"{pid} {found.get('kind')} {found.get('title')!r}, {found.get('status')}: {found.get('error')}"
        )

    def true_dataset(self, wanted: Wanted, status: str, limit_s: float) -> Document:
        """Return the dataset of one scan or pid, and see that it is whole, true and in SciCat as well."""
        document = self.dataset(wanted)
        assert document is not None, f"no dataset for {wanted}"
        assert document["status"] == status, document["_id"]
        assert document["catalogued_at"] is not None and document["complete"], document["_id"]
        _once([file["path"] for file in document.get("files", ())])
        if isinstance(wanted, Scan) and status == "completed":
            _compare(document, wanted)
        if document["assignment"] == "assigned":
            self._true_in_scicat(document, limit_s)
        return document

    def _true_in_scicat(self, document: Document, limit_s: float) -> None:
        pid, state = document["_id"], self._scicat.state
        # SciCat takes no file without a size: one that was planned and never written
        files = sorted(file["path"] for file in document.get("files", ()) if file.get("size") is not None)
        wait_for(
            lambda: _scicat_status(state.datasets.get(pid)) == document["status"],
            limit_s,
            f"SciCat: {pid} ended",
        )
        wait_for(lambda: _scicat_files(state.blocks_of(pid)) == files, limit_s, f"SciCat: {files}, each once")


def _query(wanted: Wanted) -> Document:
    return {"_id": wanted} if isinstance(wanted, str) else {"title": {"$regex": wanted.mark}}


def _compare(document: Document, scan: Scan) -> None:
    """See that a dataset says of a scan what its HDF5 file says."""
    entry = scan.entry()
    said = (document["scan_id"], document["points_recorded"], document["title"])
    assert said == (entry.scan_id, entry.points, entry.title), document["_id"]
    assert scan.file.name in [file["path"] for file in document["files"]], document["files"]
    if (document["selection"] or {}).get("name") == SELECTION.name and OWN_ERROR not in str(
        document["failures"]
    ):
        assert not untold(document, "start") | untold(document), document["_id"]


def _once(paths: list[str]) -> None:
    doubled = [path for path, number in Counter(paths).items() if number > 1]
    assert not doubled, f"files named twice: {doubled}"


def _scicat_status(dataset: Document | None) -> str | None:
    return dataset["scientificMetadata"]["scan/status"]["value"] if dataset else None


def _scicat_files(blocks: Sequence[Document]) -> list[str]:
    return sorted(file["path"] for block in blocks for file in block["dataFileList"])
