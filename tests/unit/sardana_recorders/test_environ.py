from datetime import datetime, timezone

import numpy as np
import pytest

from sardana_recorders.environ import (
    data_format,
    fields_of,
    macro_id,
    points_planned,
    snapshot_values,
    source_folder,
    value_form,
)
from sardana_recorders.plain_environ import PlainMacro
from scifish.messages import Act
from tests.unit.sardana_recorders.plain import CAMERA, COUNTER, MOTOR, scan, snapshot


def test_the_fields_make_a_valid_act():
    fields = fields_of(scan(counters=(COUNTER, CAMERA)), {MOTOR.source: "mm"})
    act = Act.model_validate(fields)

    assert (act.name, act.title, act.points_planned) == ("ascan", "ascan mot01 0.0 5.0 5 0.1", 6)
    assert act.start_time == datetime(2027, 1, 15, 8, 0, 0, 250_000, tzinfo=timezone.utc)
    assert (act.moveables[0].unit, act.moveables[0].max) == ("mm", 5.0)
    assert (act.counters[0].unit, act.counters[1].shape) == ("counts", [512, 512])
    assert act.detectors == ["camera"]
    assert fields["parameters"] == ["mot01", "0", "5", "5", "0.1"]


@pytest.mark.parametrize(
    ("nb_points", "waypoints", "planned"),
    [(6, None, 6), (5, 2, 10), (None, None, None), (None, 3, None), (0, None, 0)],
)
def test_points_planned_are_those_of_all_ways(nb_points, waypoints, planned):
    assert points_planned(scan(nb_points=nb_points, waypoints=waypoints)) == planned


def test_the_macro_id_is_that_of_the_nearest_macro_that_has_one():
    parents = (PlainMacro("outer", "outer", "client-id"), PlainMacro("inner", "inner", None))
    assert macro_id(scan(parents=parents)) == "client-id"
    assert macro_id(scan(macro=PlainMacro("ascan", "ascan", "own"), parents=parents)) == "own"
    assert macro_id(scan()) is None


def test_a_scan_that_saves_nothing_has_no_folder():
    assert source_folder(scan()) == "/data/visitors/demo/20250001/2025010108/raw"
    assert source_folder(scan(scan_dir="/data/../data/x")) == "/data/x"
    assert source_folder(scan(scan_files=())) is None
    assert source_folder(scan(scan_dir=None)) is None


@pytest.mark.parametrize(
    ("files", "told"),
    [(("a.h5", "b.dat"), "NeXus/HDF5"), (("b.dat",), "dat"), (("b.spec", "c.fio"), "fio, spec"), ((), None)],
)
def test_the_format_is_that_of_the_files(files, told):
    assert data_format(scan(scan_files=files)) == told


def test_the_snapshot_has_units_and_sources_and_says_nothing_it_does_not_know():
    plain = scan(
        snapshot=(snapshot("ring", 399.5, "demo/sim/ring/current"), snapshot("image", np.zeros((3, 4))))
    )
    values = snapshot_values(plain, {"demo/sim/ring/current": "mA"}, 10)

    assert (values["ring"].value, values["ring"].unit) == (399.5, "mA")
    assert values["image"].value["shape"] == [3, 4]
    assert (values["image"].unit, values["image"].quality) == (None, None)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (float("nan"), "NaN"),
        ([1.0, float("inf")], [1.0, "Infinity"]),
        (2**60, str(2**60)),
        ({"a": float("-inf")}, {"a": "-Infinity"}),
        (np.array([1.5, np.nan]), [1.5, "NaN"]),
        ("text", "text"),
    ],
)
def test_values_have_one_json_form(value, form):
    assert value_form(value, 10) == form


def test_a_long_array_is_summarised():
    assert value_form(np.arange(11.0), 10)["mean"] == 5.0
