"""Bad days: something dies, and the scan, its file and its dataset are as if nothing had.

How to write a day
------------------
One file per day, ``test_day_<NN>_<what>.py``. A test asks for ``beamline`` and reads like its day::

    def test_kafka_is_down_during_a_scan(beamline: TrialBeamline) -> None:
        with beamline.without("kafka"):
            scan = beamline.scan()                        # unharmed: result, HDF5 and time as without us
            assert beamline.status_of(scan)["state"] == "captured"
        beamline.expect_catalogued([scan])                # exactly one complete dataset, and no other

- ``kill``, ``stop``, ``freeze``, ``thaw``, ``start``, ``restart`` take the names of ``scizoo services
  list``: tango-db, kafka, mongod, sardana, simulation, pathfixer, scidog, scifish, scifly,
  scicow-mongodb, scicow-scicat. ``with beamline.without(name)`` and ``.frozen(name)`` undo themselves.
- ``beamline.restart("scifish", fault="forwarder.acknowledged:kill")`` sets ``SCIZOO_FAULT`` for one
  life (``wait=False`` when it may die before it is ready); ``wait_dead`` and ``wait_frozen`` wait for it.
- ``begin_scan()`` returns at once; ``scan.wait()`` gives Sardana's result, ``scan.entry()`` what HDF5
  has, ``scan.assert_unharmed()`` compares with a scan without us. Any other macro: ``beamline.door``.
- ``expect_catalogued([...], status="interrupted")`` names every scan and pid that the test has made;
  ``status_of`` is ``scizoo status --json``, ``words.red_parts()`` is ``scizoo check --json``.
- SciCat is ill by ``beamline.scicat.always = Fault(503)``.

Whatever a test leaves behind, frozen, dead, faulty, or the session closed, is healed after it. What it
changes in properties or in the consumers' configuration it changes back itself.
"""

import os
from collections.abc import Iterator

import pytest

from tests.bad_days.harness.trial_beamline import TrialBeamline


@pytest.fixture(scope="session")
def whole_beamline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialBeamline]:
    """Everything, started once; the environment is afterwards as it was, the logs stay after a failure."""
    before = dict(os.environ)
    trial = TrialBeamline(tmp_path_factory.mktemp("beamline"))
    try:
        trial.set_up()
        yield trial
    finally:
        trial.close()
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture
def beamline(whole_beamline: TrialBeamline) -> Iterator[TrialBeamline]:
    """A healthy beamline with nothing to send; healed after the test, whatever happened."""
    whole_beamline.catalogues.begin_test()
    try:
        yield whole_beamline
    finally:
        whole_beamline.heal()
