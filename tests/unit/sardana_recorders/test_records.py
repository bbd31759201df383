import numpy as np
import pytest

from sardana_recorders.plain_environ import PlainColumn
from sardana_recorders.preview import MAX_COLUMNS, MAX_POINTS, Thinning
from sardana_recorders.records import Records, columns_to_show, is_padding
from tests.unit.sardana_recorders.plain import CAMERA, COUNTER, MOTOR, OTHER, scan

NAN = float("nan")


def test_padding_is_a_row_whose_counters_all_have_nothing():
    names = ["a", "b"]
    assert is_padding({"a": NAN, "b": NAN, "mot01": 3.0}, names)
    assert is_padding({"a": None}, names)
    assert is_padding({"a": np.float64("nan"), "b": NAN}, names)
    assert not is_padding({"a": NAN, "b": 0.0}, names)
    assert not is_padding({"a": np.full(5, NAN), "b": NAN}, names)  # a spectrum was read
    assert not is_padding({"mot01": 3.0}, [])  # a scan without counters


def test_padding_is_counted_apart_and_not_shown():
    records = Records(scan())
    for value in (1.0, 2.0, NAN, NAN):
        records.add({"mot01": value, COUNTER.name: value})
    assert (records.recorded, records.empty) == (2, 2)
    assert records.preview({}).columns == {"mot01": [1.0, 2.0], "ct01": [1.0, 2.0]}


def test_a_record_that_could_not_be_looked_at_is_counted():
    records = Records(scan())
    records.lost()
    assert records.recorded == 1


def test_files_are_collected_once_each_from_columns_by_reference_alone():
    records = Records(scan(counters=(COUNTER, CAMERA)))
    for name in ("img_001", "img_002", "img_001"):
        records.add({COUNTER.name: "h5file:///no.h5", CAMERA.name: f"h5file:///data/{name}.h5"})
    records.add({COUNTER.name: 1.0, CAMERA.name: NAN})
    assert list(records.references) == ["h5file:///data/img_001.h5", "h5file:///data/img_002.h5"]


def test_reference_moveables_come_first_and_arrays_are_not_shown():
    columns = columns_to_show(scan(moveables=(OTHER, MOTOR), counters=(COUNTER, CAMERA)))
    assert [column.label for column in columns] == ["mot01", "mot02", "ct01", "camera"]
    assert set(Records(scan(counters=(COUNTER, CAMERA))).preview({}).columns) == {"mot01", "ct01"}


@pytest.mark.parametrize("points", [0, 1, 499, 500, 501, 999, 1000, 5000, 123_457])
def test_the_preview_is_thinned_evenly_with_first_and_last_point(points):
    thinning = Thinning([MOTOR])
    for number in range(points):
        thinning.add({"mot01": float(number)})
    preview = thinning.preview({"mot01": "mm"})
    kept = preview.columns["mot01"]

    assert (preview.points_total, preview.units) == (points, {"mot01": "mm"})
    assert len(kept) <= MAX_POINTS
    assert (
        kept == [float(number) for number in range(points)]
        if points < MAX_POINTS
        else len(kept) >= MAX_POINTS // 2
    )
    if points:
        assert (kept[0], kept[-1]) == (0.0, points - 1.0)
        assert len(set(np.diff(kept[:-1]))) <= 1


def test_memory_is_bounded_while_the_scan_runs():
    thinning = Thinning([MOTOR])
    for number in range(100_000):
        thinning.add({"mot01": number})
    assert len(thinning._rows) < MAX_POINTS


def test_at_most_eight_columns_are_shown():
    thinning = Thinning([PlainColumn(f"c{number}", f"c{number}") for number in range(12)])
    thinning.add({f"c{number}": number for number in range(12)})
    assert list(thinning.preview({}).columns) == [f"c{number}" for number in range(MAX_COLUMNS)]


def test_odd_values_have_a_form():
    thinning = Thinning([MOTOR])
    for value in (NAN, None, "ON", 3, np.float32(1.5), object):
        thinning.add({"mot01": value})
    assert thinning.preview({}).columns["mot01"] == ["NaN", None, "ON", 3.0, 1.5, str(object)]
