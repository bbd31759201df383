"""Plain scans for tests."""

from sardana_recorders.plain_environ import PlainColumn, PlainMacro, PlainScan, PlainSnapshot

MOTOR = PlainColumn(
    "mot01", "mot01", "float64", source="tango://h:1/motor/c/1/Position", minimum=0.0, maximum=5.0
)
OTHER = PlainColumn("mot02", "mot02", "float64", source="tango://h:1/motor/c/2/Position")
COUNTER = PlainColumn("tango://h:1/ct/1", "ct01", "float64", source="tango://h:1/ct/1/Value", unit="counts")
CAMERA = PlainColumn("tango://h:1/cam/1", "camera", "uint16", shape=(512, 512), by_reference=True)


def scan(**changes):
    facts = {
        "macro": PlainMacro("ascan", "ascan mot01 0 5 5 0.1", None, ("mot01", "0", "5", "5", "0.1")),
        "title": "ascan mot01 0.0 5.0 5 0.1",
        "scan_id": "42",
        "start_ts": 1_800_000_000.25,
        "scan_dir": "/data/visitors/demo/20250001/2025010108/raw/",
        "scan_files": ("scans.h5",),
        "nb_points": 6,
        "moveables": (MOTOR,),
        "counters": (COUNTER,),
        "references": ("mot01",),
    }
    return PlainScan(**{**facts, **changes})


def snapshot(label, value, source=None):
    return PlainSnapshot(label, source, value)
