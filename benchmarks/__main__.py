"""``python -m benchmarks [name …]``: take the numbers, print the table, keep the samples."""

import sys
import time
from importlib import import_module
from pathlib import Path

from benchmarks import report
from benchmarks.measure import Group
from benchmarks.place import Place

STATE = Path(__file__).parents[1] / ".state" / "bench"
NAMES = (
    "snapshot",
    "snapshot_ill",
    "opening",
    "attribute_reads",
    "spool",
    "spool_memory",
    "tree_check",
    "forwarder",
    "recorder",
    "scan_pairs",
    "catalogued",
    "file_settled",
    "file_burst",
)
"""In the order of what they need to be up."""
USAGE = 2


def main(chosen: list[str]) -> int:
    """Take the numbers of the chosen benchmarks, by default all; return the exit status."""
    if unknown := set(chosen) - set(NAMES):
        print(f"no benchmark is called {', '.join(sorted(unknown))}: choose of {' '.join(NAMES)}")
        return USAGE
    console = report.console()
    groups: list[Group] = []
    begun, taken_on = time.monotonic(), report.machine()

    def tell(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - begun:5.0f} s  {line}[/]", highlight=False)

    with Place(STATE / "run", tell) as place:
        for name in [name for name in NAMES if not chosen or name in chosen]:
            tell(name)
            groups.append(import_module(f"benchmarks.{name}").run(place))
            console.print(report.table(groups[-1:], ""))
    title = f"{time.strftime('%-d %B %Y')}, {taken_on}, {time.monotonic() - begun:.0f} s"
    console.print(report.table(groups, title))
    tell(f"all samples: {report.save(groups, STATE, taken_on)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
