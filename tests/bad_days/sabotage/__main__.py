"""``make sabotage``: every protection is taken out of a copy once, and a test must notice.

Before that the same tests must pass in the copy as it is. An error is a protection that nobody
misses, a patch that no longer applies, and tests that cannot be run.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tests.bad_days.sabotage.checkout_copy import TESTS_FAILED, CheckoutCopy
from tests.bad_days.sabotage.protection import BadPatchError, Protection, all_protections

WIDTH = 160
"""Columns of the table in a log."""
LAST_WORDS = 1500
"""Characters shown of what pytest printed when it could not run."""


@click.command(epilog='Example: make sabotage ONLY="03 17"')
@click.argument("numbers", nargs=-1)
def main(numbers: tuple[str, ...]) -> None:
    """Take each protection out of a copy of the checkout once, and see that a test notices.

    NUMBERS are those that the patches begin with; without any it is all of them. Ends with 0 when every
    one was noticed.
    """
    sys.exit(sabotage(numbers))


def sabotage(numbers: Sequence[str]) -> int:
    """Print the table of all protections, or of those whose numbers are given; return 0 without an error."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    try:
        protections = all_protections(numbers)
    except BadPatchError as error:
        console.print(f"[red]{escape(str(error))}[/]")
        return 1
    with tempfile.TemporaryDirectory(prefix="scizoo-sabotage-") as folder:
        copy = CheckoutCopy(Path(folder))
        if not _whole(copy, protections, console):
            return 1
        found = [(one, *_taken_out(copy, one, console)) for one in protections]
    console.print(_table(found))
    bad = sum(not noticed for _, noticed, _ in found)
    console.print(f"{len(found)} protections taken out, {len(found) - bad} noticed by a test, {bad} errors")
    return 1 if bad or not found else 0


def _whole(copy: CheckoutCopy, protections: list[Protection], console: Console) -> bool:
    """Tell whether every test passes while nothing is taken out."""
    tests = sorted({test for one in protections for test in one.tests})
    begun = time.monotonic()
    outcome = copy.run(tests)
    if outcome.code == 0:
        span = time.monotonic() - begun
        console.print(f"{outcome.passed} tests pass in {span:.0f} s while nothing is taken out")
        return True
    console.print(f"[red]these tests must pass before anything is taken out:[/]\n{outcome.output}")
    return False


def _taken_out(copy: CheckoutCopy, protection: Protection, console: Console) -> tuple[bool, str]:
    """Return whether a test noticed, and which, or what is wrong."""
    with copy.without(protection.patch) as refused:
        if refused:
            noticed, words = False, f"the patch no longer applies: {refused}"
        else:
            outcome = copy.run(protection.tests)
            if outcome.code == TESTS_FAILED and outcome.failed:
                noticed, words = True, _in_words(outcome.failed)
            elif outcome.code == 0:
                noticed, words = False, "no test fails without it"
            else:
                noticed, words = False, f"the tests cannot be run: {outcome.output[-LAST_WORDS:]}"
    console.print(f"{'[green]✓[/]' if noticed else '[red]✗[/]'} {protection.number} {protection.name}")
    return noticed, words


def _in_words(failed: Sequence[str]) -> str:
    more = f" and {len(failed) - 1} more" if len(failed) > 1 else ""
    return f"{failed[0]}{more}"


def _table(found: list[tuple[Protection, bool, str]]) -> Table:
    table = Table(title="Without this protection …", title_justify="left", box=None, pad_edge=False)
    for name in ("", "taken out", "the test that failed"):
        table.add_column(name, overflow="fold")
    for protection, noticed, words in found:
        said = escape(words) if noticed else f"[red]{escape(words)}[/]"
        table.add_row(protection.number, protection.name, said)
    return table


if __name__ == "__main__":
    main()
