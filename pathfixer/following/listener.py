"""Another device that follows the session: an attribute is written, e.g. a detector's file path."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from pathfixer.following.follower import Settled, Standing
from scifish.session import Session

_ATTRIBUTE = re.compile(r"[A-Za-z0-9_.\-+@]+(/[A-Za-z0-9_.\-+@]+){3}\Z")
_FIELDS = (
    "beamline", "endstation", "category", "proposal", "visit", "sample", "username",
    "path", "sample_path", "process_path", "unowned_path",
)  # fmt: skip


class Line(Protocol):
    """What is written, and where; ``once``: only at opening, what comes later is others' business."""

    @property
    def attribute(self) -> str:
        """``domain/family/member/attribute``."""
        ...

    @property
    def once(self) -> bool:
        """Whether it is written at opening only."""
        ...

    def value(self, session: Session) -> str | None:
        """Return what is to be written; none leaves the attribute alone."""
        ...


@dataclass(frozen=True)
class ListenerLine:
    """One line of property ``Listeners``.

    Attributes
    ----------
    attribute
        ``domain/family/member/attribute``.
    template
        Of the value while a session is open, e.g. ``{path}/{sample}``.
    closed
        Of the value without a session.
    """

    attribute: str
    template: str
    closed: str = ""
    once: bool = False

    def value(self, session: Session) -> str:
        """Return what is to be written; a path loses the slashes that an empty field leaves behind."""
        return _rendered(self.template if session.state == "open" else self.closed, session)


def parse_listener(line: str) -> ListenerLine:
    """Read ``<attribute>=<template>``, or ``<attribute>=<template> | <template without a session>``."""
    attribute, _, rest = (part.strip() for part in line.partition("="))
    template, _, closed = (part.strip() for part in rest.partition("|"))
    if not _ATTRIBUTE.match(attribute) or not template:
        raise ValueError(f"{line!r} is not <device>/<attribute>=<template>, e.g. a/b/c/FilePath={{path}}")
    for text in (template, closed):
        try:
            text.format(**dict.fromkeys(_FIELDS, ""))
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"{text!r} is no template of {', '.join(_FIELDS)}: {error}") from None
    return ListenerLine(attribute, template, closed)


class Attribute(Protocol):
    """An attribute of a device; every call may take seconds and raise ListenerError."""

    def read(self) -> tuple[str, ...]:
        """Return what it reads, and what was last written there, as texts; nothing when write-only."""
        ...

    def write(self, value: str) -> None:
        """Write it."""
        ...


def nothing(_: Session) -> None:
    """Wait for nothing."""


class Listener:
    """What ``follower.Follower`` sends to sessions for a listener.

    Parameters
    ----------
    line
        What is written, and where.
    attribute
        The attribute.
    memory
        What was reached before a restart.
    put_back
        Undo what somebody else wrote, instead of only saying so.
    suspense
        Returns what is to be waited for before it is written, in words; none for nothing.
    """

    def __init__(
        self,
        line: Line,
        attribute: Attribute,
        memory: Settled,
        put_back: bool,
        suspense: Callable[[Session], str | None] = nothing,
    ) -> None:
        self.name = line.attribute
        self._line = line
        self._attribute = attribute
        self._memory = memory
        self._put_back = put_back
        self._suspense = suspense

    def listen(self, on_event: Callable[[], None]) -> None:
        """Hear nothing: foreign attributes seldom push events."""

    def close(self) -> None:
        """Nothing is heard."""

    def bring(self, session: Session) -> Standing:
        """Write what differs; raises ListenerError."""
        wanted = self._line.value(session)
        if wanted is None:
            return Standing("left alone")
        mark = f"{session.opened_at} {wanted}" if self._line.once else wanted
        found = self._attribute.read()
        if self._memory.settled(self.name) == mark:
            if self._line.once or not found or _same(found, wanted):
                return Standing(found[0] if found else wanted)
            if not self._put_back:
                return Standing(found[0], (_OVERRIDE.format(found[0], wanted),))
        if not _same(found, wanted):
            waits = self._suspense(session)
            if waits:
                return Standing(found[0] if found else None, waits=waits)
            self._attribute.write(wanted)
        self._memory.set_settled(self.name, mark)
        return Standing(wanted)


_OVERRIDE = "reads {!r} instead of {!r}: somebody wrote it, or the device was restarted"


def _rendered(template: str, session: Session) -> str:
    fields: dict[str, Any] = {name: getattr(session, name) or "" for name in _FIELDS}
    text = template.format(**fields)
    return re.sub("/{2,}", "/", text).rstrip("/") if text.startswith("/") else text


def _same(found: tuple[str, ...], wanted: str) -> bool:
    return wanted.rstrip("/") in (text.rstrip("/") for text in found)
