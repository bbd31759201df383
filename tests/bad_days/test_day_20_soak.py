"""Day 20: scans while a random bad day happens every few seconds; ``make soak`` runs two hundred.

The seed is told at the begin; ``SOAK_SEED=… SOAK_SCANS=…`` lets the same things happen again.
"""

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_days.harness import words
from tests.bad_days.harness.trial_beamline import TrialBeamline
from tests.bad_days.soak.chaos import Chaos
from tests.bad_days.soak.soak import Soak
from tests.bad_days.soak.testimony import call_witness, dismiss_witness

SCANS = int(os.environ.get("SOAK_SCANS") or 12)
SEED = int(os.environ.get("SOAK_SEED") or 20)

log = logging.getLogger("soak")


@pytest.fixture
def witness(beamline: TrialBeamline, tmp_path: Path) -> Iterator[Path]:
    """The file of a witness recorder that Sardana tells of each scan, in all its lives."""
    path, sardana = tmp_path / "witness", beamline.parts.sardana
    sardana.variables["SCIZOO_WITNESS"] = str(path)
    beamline.restart("sardana")
    call_witness(sardana)
    yield path
    beamline.heal()
    dismiss_witness(sardana)
    del sardana.variables["SCIZOO_WITNESS"]


@pytest.mark.timeout(900 + 20 * SCANS)
def test_whatever_happens_every_scan_ends_as_one_true_dataset(beamline: TrialBeamline, witness: Path) -> None:
    log.warning("%d scans with SOAK_SEED=%d", SCANS, SEED)
    soak = Soak(beamline, Chaos(beamline, SEED), witness)
    soak.run(SCANS)
    beamline.heal()

    wrong = soak.reckon()
    assert not wrong, f"SOAK_SEED={SEED}: {wrong}"
    words.wait_green()
