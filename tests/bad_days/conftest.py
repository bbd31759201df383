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
- ``scan()`` runs a scan that took too long once more, since a busy machine stands still now and then:
  ``scan.tries`` are all of them, and each has a dataset. ``scan(upset=...)`` repeats what befalls it, too.
- ``begin_scan()`` returns at once; ``scan.wait()`` gives Sardana's result, ``scan.entry()`` what HDF5
  has, ``scan.assert_unharmed()`` compares result, file and time with a scan without us. Any other
  macro: ``beamline.door``, where ``capture off`` shows how it goes without us.
- ``expect_catalogued([...], status="interrupted")`` names every scan and pid that the test has made;
  ``status_of`` is ``scizoo status --json``, and fails when that calls catalogued what is not in the
  catalogues; ``words.red_parts()`` is ``scizoo check --json``.
- SciCat is ill by ``beamline.scicat.always = Fault(503)``.

Whatever a test leaves behind, frozen, dead, faulty, uncaptured, another selection or session, is healed
after it. What it changes in properties or in the consumers' configuration it changes back itself.
"""

import os
from collections.abc import Generator, Iterator

import pytest

from scizoo.services.errors import tail
from tests.bad_days.harness.trial_beamline import TrialBeamline

LINES = 60
"""Of each log, shown with a failure."""
NOISY = ("mongod",)


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
    whole_beamline.begin_test()
    try:
        yield whole_beamline
    finally:
        whole_beamline.heal()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show with a failure what each part of the beamline said last, before anything is healed."""
    report = yield
    trial = getattr(item, "funcargs", {}).get("beamline")
    if report.failed and isinstance(trial, TrialBeamline):
        report.sections += [
            (part.name, tail(part.log_file, LINES)) for part in trial.parts.started if part.name not in NOISY
        ]
    return report
