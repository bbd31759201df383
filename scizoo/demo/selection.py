"""What the demo captures: one entry of every kind that people meet at a beamline."""

from scifish.selection import Entry, Selection

SELECTION = Selection(
    name="default",
    author="demo",
    comment="the demo's selection",
    entries=(
        Entry(name="ring current", device="demo/sim/ring", attribute="current"),
        Entry(name="ring lifetime", device="demo/sim/ring", attribute="lifetime"),
        Entry(group="exit slit", name="opening", device="demo/sim/slit-01", attribute="position"),
        Entry(
            group="vacuum",
            name="valve",
            device="demo/sim/valve-01",
            attribute="position",
            mapping={"OPEN": "open to the sample", "CLOSED": "closed"},
        ),
        Entry(group="vacuum", name="chamber pressure", device="demo/sim/gauge-01", attribute="pressure"),
        Entry(group="analyser", name="line", device="demo/sim/spectrum-01", attribute="spectrum"),
        Entry(
            group="monochromator",
            name="second crystal",
            device="demo/sim/broken-01",
            attribute="temperature",
            unit="K",
        ),
    ),
)
"""Without group, with group, mapped, of quality ALARM, a spectrum, and one that always fails."""
