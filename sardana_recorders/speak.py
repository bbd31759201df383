"""Words for the people at the Door; said only on the macro's thread, inside START or END.

The recorder's own logger reaches nobody, and a Door that is spoken to after its macro has ended
prints into the prompt of every Spock.
"""

from typing import Any

from sardana_recorders.status import error_text
from scifish.errors import ScifishError, SpoolError
from scifish.messages import Context


def warn(macro: Any, text: str) -> None:
    """Show a warning at the Door of a live macro; None: there is nobody to tell."""
    door = door_of(macro)
    if door is not None:
        door.warning("%s", text)


def door_of(macro: Any) -> Any:
    """Return the live Door of a live macro, None when it has none."""
    return getattr(getattr(macro, "__dict__", {}).get("_executor"), "door", None)


def is_expected(error: Exception) -> bool:
    """Tell whether an error comes from the world, not from a mistake of ours: no use to try again."""
    return isinstance(error, ScifishError)


def about_error(place: str, error: Exception) -> str:
    """Return what people must know about an error of the recorder.

    Parameters
    ----------
    place
        ``start`` or ``end``.
    error
        What happened.
    """
    if isinstance(error, SpoolError):
        return f"The {place} of this scan is NOT SAFE: {error}"
    if is_expected(error):
        return f"This scan is NOT CAPTURED: {error}"
    return f"The {place} of this scan may be captured incompletely, please report: {error_text(error)}"


def about_booking(context: Context | None) -> str | None:
    """Return what people must know about whose data it is; None when it is assigned."""
    if context is None or context.assignment == "assigned":
        return None
    return f"This scan is booked on NOBODY: {context.context_note or 'no session is open'}"
