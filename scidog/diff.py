"""What differs between two revisions of a selection, as data and in words."""

from pydantic import BaseModel, ConfigDict

from scifish.selection import Entry, Selection


class Change(BaseModel):
    """One entry that both revisions have, and what became of it."""

    model_config = ConfigDict(frozen=True)

    before: Entry
    after: Entry

    @property
    def fields(self) -> list[str]:
        """Return the names of the fields that differ."""
        return [
            name for name in Entry.model_fields if getattr(self.before, name) != getattr(self.after, name)
        ]


class Difference(BaseModel):
    """Everything that differs; ``reordered`` only when nothing else does."""

    model_config = ConfigDict(frozen=True)

    added: tuple[Entry, ...] = ()
    removed: tuple[Entry, ...] = ()
    changed: tuple[Change, ...] = ()
    reordered: bool = False

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.reordered)


def difference(before: Selection, after: Selection) -> Difference:
    """Compare two selections.

    Entries belong together when they show the same group and name; of the rest, when they read
    the same attribute (then they were renamed).
    """
    pairs, removed, added = _pair(before.entries, after.entries)
    changed = tuple(Change(before=old, after=new) for old, new in pairs if old != new)
    same = not (added or removed or changed)
    return Difference(
        added=tuple(added),
        removed=tuple(removed),
        changed=changed,
        reordered=same and before.entries != after.entries,
    )


def label(entry: Entry) -> str:
    """Return ``group / name``, or the name alone."""
    return f"{entry.group} / {entry.name}" if entry.group else entry.name


def in_words(found: Difference) -> list[str]:
    """Return one line for each thing that differs; a single line when nothing does."""
    lines = [f"added {label(entry)} ({entry.source})" for entry in found.added]
    lines += [f"removed {label(entry)} ({entry.source})" for entry in found.removed]
    for change in found.changed:
        what = ", ".join(_field_in_words(change, name) for name in change.fields)
        lines.append(f"changed {label(change.before)}: {what}")
    if found.reordered:
        lines.append("the order of the entries changed")
    return lines or ["no difference"]


def summary(found: Difference) -> str:
    """Return the counts in words, e.g. ``1 added, 2 changed``; ``no difference`` when there is none."""
    counts = {"added": len(found.added), "removed": len(found.removed), "changed": len(found.changed)}
    words = [f"{count} {what}" for what, count in counts.items() if count]
    if found.reordered:
        words.append("order changed")
    return ", ".join(words) or "no difference"


def _pair(
    before: tuple[Entry, ...], after: tuple[Entry, ...]
) -> tuple[list[tuple[Entry, Entry]], list[Entry], list[Entry]]:
    pairs: list[tuple[Entry, Entry]] = []
    removed, added = list(before), list(after)
    for same in (_same_label, _same_source):
        for old in list(removed):
            new = next((entry for entry in added if same(old, entry)), None)
            if new is not None:
                pairs.append((old, new))
                removed.remove(old)
                added.remove(new)
    return pairs, removed, added


def _same_label(one: Entry, other: Entry) -> bool:
    return (one.group, one.name) == (other.group, other.name)


def _same_source(one: Entry, other: Entry) -> bool:
    return one.source == other.source


def _field_in_words(change: Change, name: str) -> str:
    before, after = getattr(change.before, name), getattr(change.after, name)
    return f"{name} {_shown(before)} → {_shown(after)}"


def _shown(value: str | dict[str, str] | None) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{read} → {shown}" for read, shown in value.items()) + "}"
    return value
