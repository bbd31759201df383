"""What somebody else did to a selection while it was being edited here, in words."""

from dataclasses import dataclass

from scidog.diff import difference, in_words, summary
from scifish.selection import Selection


@dataclass(frozen=True)
class Meanwhile:
    """Somebody saved or deleted what is being edited.

    Attributes
    ----------
    newest
        What SciDog has now; none when it was deleted.
    headline
        One sentence.
    details
        What the other one changed, line by line.
    """

    newest: Selection | None
    headline: str
    details: tuple[str, ...] = ()


def meanwhile(base: Selection, newest: Selection | None) -> Meanwhile | None:
    """Compare what an edit began with and what SciDog has now; none when nobody changed it."""
    if base.revision == 0:
        return None
    if newest is None:
        return Meanwhile(None, f"“{base.name}” was deleted while you edited revision {base.revision}.")
    if newest.revision == base.revision:
        return None
    found = difference(base, newest)
    who = newest.author or "Somebody"
    headline = (
        f"{who} saved revision {newest.revision} of “{base.name}” "
        f"while you edited revision {base.revision}: {summary(found)}."
    )
    return Meanwhile(newest, headline, tuple(in_words(found)))
