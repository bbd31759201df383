"""What can be told about a message that cannot be read: enough for a receipt, or nothing."""

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import from_json

from scifish.message_parts import AmendmentPart
from scifish.messages import CaptureMessage

PID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")
LARGEST = 2**31


@dataclass(frozen=True)
class Glimpse:
    """Fields a receipt needs; each none when it cannot be read."""

    pid: str | None = None
    author: str | None = None
    phase: str | None = None
    rank: int | None = None
    revision: int | None = None
    part: AmendmentPart | None = None


def glimpse(value: bytes | None, key: bytes | None) -> Glimpse:
    """Read what can be read of a message, valid or not; never raises."""
    document = _document(value)
    pid = _pid(document.get("pid")) or _pid((key or b"").decode("utf-8", "replace"))
    phase, author = document.get("phase"), document.get("author")
    return Glimpse(
        pid=pid,
        author=author if isinstance(author, str) and len(author) < 200 else None,
        phase=phase if phase in ("started", "ended", "amended") else None,
        rank=_small(document.get("rank")),
        revision=_small(document.get("revision")),
        part=_part(document.get("part")),
    )


def glimpse_of(message: CaptureMessage) -> Glimpse:
    """Return the same of a message that could be read."""
    names = ("pid", "author", "phase", "rank", "revision", "part")
    return Glimpse(**{name: getattr(message, name) for name in names})


def fingerprint(value: bytes | None, key: bytes | None) -> str:
    """Return a name for these bytes, the same at every delivery."""
    return hashlib.sha256((key or b"") + b"\x00" + (value or b"")).hexdigest()


def _document(value: bytes | None) -> dict[str, Any]:
    try:
        document = from_json(value or b"")
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _pid(text: Any) -> str | None:
    return text if isinstance(text, str) and PID.match(text) else None


def _small(number: Any) -> int | None:
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < LARGEST:
        return number
    return None


def _part(part: Any) -> AmendmentPart | None:
    try:
        return None if part is None else AmendmentPart.model_validate(part)
    except ValidationError:
        return None
