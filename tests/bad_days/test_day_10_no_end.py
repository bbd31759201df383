"""Day 10: a scan ends without END while the server lives; a scan runs inside another scan's hook."""

import json
import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import pytest

from sardana_recorders.data_recorder_env import OURS
from scizoo.services.pool import Pool
from tests.bad_days.harness.catalogue import Document
from tests.bad_days.harness.limits import LIMIT_S
from tests.bad_days.harness.scans import NOISE_S, WAITS_S
from tests.bad_days.harness.spans import patience
from tests.bad_days.harness.trial_beamline import TRIES, TrialBeamline
from tests.devices import device
from tests.waiting import wait_for

Outcome = TypeVar("Outcome")
DOORS_OWN = "{}.DataRecorder"
SCAN = ("ascan", "mot01", 0, 1, 2, 0.01)


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
    server = device(beamline.parts.sardana.macro_server)
    server.write_attribute("Environment", ("pickle", pickle.dumps({"new": {name: value}})))


def fails_as_without_us(beamline: TrialBeamline, *macro: object) -> Document:
    """Let a macro fail without us and with us: it ends alike; return the dataset that SciFish has closed."""

    def without_us() -> float:
        with beamline.without_us():
            return seconds_to_fail(beamline, *macro)

    with_us = partial(seconds_to_fail, beamline, *macro)
    return no_later(beamline, without_us, with_us, partial(closed_by_scifish, beamline, "failed"))


def fails_behind(beamline: TrialBeamline, recorder: str, outcome: Callable[[], Outcome]) -> Outcome:
    """Let a scan fail by another recorder, alone and before ours; return what comes of that."""
    name = DOORS_OWN.format(beamline.parts.sardana.address)

    def fails(*recorders: str) -> float:
        with environment(beamline, name, list(recorders)):
            seconds = seconds_to_fail(beamline, *SCAN)
            assert "the other recorder cannot" in beamline.door.said("Error")
        return seconds

    return no_later(beamline, partial(fails, recorder), partial(fails, recorder, OURS), outcome)


def no_later(
    beamline: TrialBeamline,
    without_us: Callable[[], float],
    with_us: Callable[[], float],
    outcome: Callable[[], Outcome],
) -> Outcome:
    """See that something lasts no longer than by our waits, and return what comes of it.

    What lasts too long is done again, without us and with us: a busy machine stands still now and then.
    """
    for _ in range(TRIES):
        limit_s = without_us() + WAITS_S + NOISE_S
        beamline.catalogues.begin_test()
        took_s = with_us()
        found = outcome()
        if took_s <= limit_s:
            return found
    pytest.fail(f"{took_s:.2f} s and not {limit_s:.2f} s, each time")


def seconds_to_fail(beamline: TrialBeamline, *macro: object) -> float:
    """Return how long a macro takes to its error."""
    run = beamline.door.begin(*(str(word) for word in macro))
    assert run.wait(60) == "exception"
    return run.duration_s


def knows_group(beamline: TrialBeamline, name: str) -> bool:
    """Tell whether the MacroServer has heard of a measurement group."""
    beamline.door.run("lsmeas")
    return name in beamline.door.said()


def closed_by_scifish(beamline: TrialBeamline, status: str) -> Document:
    """Return the only new dataset: SciFish has closed it, without a later scan on the Door."""
    wait_for(beamline.catalogues.new_pids, LIMIT_S, "a dataset")
    (dataset,) = beamline.expect_catalogued(list(beamline.catalogues.new_pids()), status=status)
    assert (dataset["author"].partition("@")[0], dataset["rank"]) == ("scifish", 1)
    assert dataset["end_time"] is not None
    return dataset


@pytest.mark.parametrize("restarted", ["nobody", "scifish", "sardana"])
def test_a_folder_that_is_missing(beamline: TrialBeamline, restarted: str) -> None:
    """Also when SciFish hears no event of the Door yet."""
    if restarted != "nobody":
        beamline.restart(restarted)
    with environment(beamline, "ScanDir", str(beamline.scan_dir / "missing")):
        dataset = fails_as_without_us(beamline, *SCAN)
    assert "missing" in dataset["error"]
    assert [(file.get("size"), file["complete"]) for file in dataset["files"]] == [(None, False)]


def test_a_macro_that_abandons_its_scan(beamline: TrialBeamline) -> None:
    with patience(beamline):
        dataset = fails_as_without_us(beamline, "abandoned_scan")
    assert "lost the beam" in dataset["error"]
    assert dataset["values_at_start"]

    next_one = beamline.scan()  # its START closes the abandoned one again, with what the recorder knows
    pid = dataset["_id"]
    wait_for(lambda: beamline.catalogues.dataset(pid)["rank"] == 2, LIMIT_S, "the recorder's own end")
    assert beamline.catalogues.dataset(pid)["status"] == "failed"
    wait_for(lambda: all(map(beamline.in_mongodb, next_one.tries)), LIMIT_S, "the next dataset")
    assert beamline.catalogues.new_pids() == {pid, *beamline.catalogues.pids_of(next_one)}


def test_another_recorder_before_us_fails_at_the_start(beamline: TrialBeamline) -> None:
    # we heard of no start: there is no point and no file
    fails_behind(beamline, "FailsAtStart", lambda: beamline.expect_catalogued([beamline.scan()]))


def test_another_recorder_before_us_fails_at_the_end(beamline: TrialBeamline) -> None:
    with patience(beamline):
        dataset = fails_behind(beamline, "FailsAtEnd", partial(closed_by_scifish, beamline, "failed"))
    assert "the other recorder cannot end" in dataset["error"]
    assert dataset["values_at_start"]


def test_a_recorder_that_is_built_and_never_started(beamline: TrialBeamline) -> None:
    beamline.door.run("no_start")
    beamline.expect_catalogued([beamline.scan()])


def test_a_scan_inside_another_scans_hook(beamline: TrialBeamline) -> None:
    sardana = beamline.parts.sardana
    Pool(sardana.tango_host, sardana.pool).measurement_group("mntgrp02", "ct03")
    wait_for(lambda: knows_group(beamline, "mntgrp02"), LIMIT_S, "the new measurement group")
    beamline.door.run("scan_with_hook", "scan")

    wait_for(lambda: len(beamline.catalogues.new_pids()) == 2, LIMIT_S, "both datasets")
    documents = beamline.expect_catalogued(list(beamline.catalogues.new_pids()))
    inner, outer = sorted(documents, key=lambda document: document["points_recorded"])
    assert (inner["title"], outer["title"]) == ("ascan mot02 0.0 1.0 1 0.01", "ascan mot01 0.0 1.0 2 0.01")
    assert [parent["name"] for parent in inner["parents"]] == ["scan_with_hook", "ascan"]
    assert inner["macro_id"] == outer["macro_id"]
    assert outer["start_time"] < inner["start_time"] < inner["end_time"] < outer["end_time"]
