"""Day 10: a scan ends without END while the server lives; a scan runs inside another scan's hook."""

import json
import pickle
from collections.abc import Iterator
from contextlib import contextmanager

import tango

from tests.bad_days.harness.catalogue import Document
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.waiting import wait_for

DOORS_OWN = "{}.DataRecorder"
CLOSED_S = 20.0
"""SciFish looks at the Doors every half second; three looks in a row decide."""


@contextmanager
def environment(beamline: TrialBeamline, name: str, value: object) -> Iterator[None]:
    """``with environment(beamline, "ScanDir", "/nowhere"):`` and as it was afterwards."""
    known = name.rpartition(".")[2]
    answer = beamline.door.proxy.GetMacroEnv(["ascan", known])
    before = json.loads(answer[answer.index(known) + 1])
    write_environment(beamline, name, value)
    try:
        yield
    finally:
        write_environment(beamline, name, before)


def write_environment(beamline: TrialBeamline, name: str, value: object) -> None:
    """Set a variable as a client does; ``senv`` can set no list of names."""
    server = tango.DeviceProxy(beamline.parts.sardana.macro_server)
    server.write_attribute("Environment", ("pickle", pickle.dumps({"new": {name: value}})))


def closed_by_scifish(beamline: TrialBeamline, status: str) -> Document:
    """Return the only new dataset: SciFish has closed it, without a later scan on the Door."""
    wait_for(beamline.catalogues.new_pids, CLOSED_S, "a dataset")
    (dataset,) = beamline.expect_catalogued(list(beamline.catalogues.new_pids()), status=status)
    assert (dataset["author"].partition("@")[0], dataset["rank"]) == ("scifish", 1)
    assert dataset["end_time"] is not None
    return dataset


def test_a_folder_that_is_missing(beamline: TrialBeamline) -> None:
    with environment(beamline, "ScanDir", str(beamline.scan_dir / "missing")):
        run = beamline.door.begin("ascan", "mot01", 0, 1, 2, 0.01)
        assert run.wait(20) == "exception"
        dataset = closed_by_scifish(beamline, "failed")
    assert "missing" in dataset["error"]
    assert [(file.get("size"), file["complete"]) for file in dataset["files"]] == [(None, False)]


def test_a_macro_that_abandons_its_scan(beamline: TrialBeamline) -> None:
    assert beamline.door.begin("abandoned_scan").wait(20) == "exception"

    dataset = closed_by_scifish(beamline, "failed")
    assert "lost the beam" in dataset["error"]
    assert dataset["values_at_start"]

    beamline.scan()  # its START closes the abandoned one once more, with what the recorder knows
    (pid,) = {dataset["_id"]}
    wait_for(lambda: beamline.catalogues.dataset(pid)["rank"] == 2, 20, "the recorder's own end")
    assert beamline.catalogues.dataset(pid)["status"] == "failed"
    assert len(beamline.catalogues.new_pids()) == 2


def test_another_recorder_before_us_fails_at_the_start(beamline: TrialBeamline) -> None:
    with environment(
        beamline, DOORS_OWN.format(beamline.parts.sardana.address), ["FailsAtStart", "SciFishRecorder"]
    ):
        assert beamline.door.begin("ascan", "mot01", 0, 1, 2, 0.01).wait(20) == "exception"
        assert "the other recorder cannot start" in beamline.door.said("Error")
    beamline.expect_catalogued([beamline.scan()])  # we heard of no start: there is no point and no file


def test_another_recorder_before_us_fails_at_the_end(beamline: TrialBeamline) -> None:
    with environment(
        beamline, DOORS_OWN.format(beamline.parts.sardana.address), ["FailsAtEnd", "SciFishRecorder"]
    ):
        assert beamline.door.begin("ascan", "mot01", 0, 1, 2, 0.01).wait(20) == "exception"
        dataset = closed_by_scifish(beamline, "failed")
    assert "the other recorder cannot end" in dataset["error"]
    assert dataset["values_at_start"]


def test_a_recorder_that_is_built_and_never_started(beamline: TrialBeamline) -> None:
    beamline.door.run("no_start")
    beamline.expect_catalogued([beamline.scan()])


def test_a_scan_inside_another_scans_hook(beamline: TrialBeamline) -> None:
    beamline.door.run("defmeas", "mntgrp02", "ct03")
    beamline.door.run("scan_with_hook", "scan")

    wait_for(lambda: len(beamline.catalogues.new_pids()) == 2, CLOSED_S, "both datasets")
    documents = beamline.expect_catalogued(list(beamline.catalogues.new_pids()))
    inner, outer = sorted(documents, key=lambda document: document["points_recorded"])
    assert (inner["title"], outer["title"]) == ("ascan mot02 0.0 1.0 1 0.01", "ascan mot01 0.0 1.0 2 0.01")
    assert [parent["name"] for parent in inner["parents"]] == ["scan_with_hook", "ascan"]
    assert inner["macro_id"] == outer["macro_id"]
    assert outer["start_time"] < inner["start_time"] < inner["end_time"] < outer["end_time"]
