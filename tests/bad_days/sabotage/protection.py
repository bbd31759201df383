"""One protection, and the patch that takes it out.

A patch file begins with lines for people, which ``git apply`` passes over: ``Protection:`` what is
taken out, then ``Fails:`` for each test that must notice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


class BadPatchError(Exception):
    """A patch file that cannot be used, or that is not there; the text says which, and what is missing."""


@dataclass(frozen=True)
class Protection:
    """What is taken out, by which patch, and the tests that must fail then."""

    patch: Path
    name: str
    tests: tuple[str, ...]

    @property
    def number(self) -> str:
        """What the patch is called by in the table and on the command line."""
        return self.patch.stem.partition("-")[0]


def read_protection(patch: Path) -> Protection:
    """Read the head of a patch file; raises BadPatchError."""
    head = patch.read_text(encoding="utf-8").partition("\ndiff --git ")[0].splitlines()
    names = [line.partition(":")[2].strip() for line in head if line.startswith("Protection:")]
    tests = [line.partition(":")[2].strip() for line in head if line.startswith("Fails:")]
    if len(names) != 1 or not tests:
        raise BadPatchError(f"{patch.name}: one line 'Protection: …' and a line 'Fails: <test>' are wanted")
    return Protection(patch, names[0], tuple(tests))


def all_protections(only: Sequence[str] = ()) -> list[Protection]:
    """Return every protection, or those whose numbers are named; raises BadPatchError."""
    found = [read_protection(patch) for patch in sorted(FOLDER.glob("*.patch"))]
    unknown = set(only) - {one.number for one in found}
    if unknown:
        raise BadPatchError(f"no patch has the number {', '.join(sorted(unknown))}: see {FOLDER}")
    return [one for one in found if not only or one.number in only]
