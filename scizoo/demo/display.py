"""Show datasets as they stand in MongoDB, for a person to read."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from consumers.mapping.keys import unescape
from scifish.message_parts import is_leaf

Document = Mapping[str, Any]
HEAD = (
    ("proposal", "proposal"),
    ("title of the proposal", "office.title"),
    ("principal investigator", "office.pi"),
    ("assignment", "assignment"),
    ("visit", "visit"),
    ("user", "username"),
    ("path", "source_folder"),
    ("scan", "scan_id"),
    ("status", "status"),
    ("begin", "start_time"),
    ("end", "end_time"),
    ("points", "points_recorded"),
)
LONGEST_LIST = 4


def show_dataset(document: Document, console: Console) -> None:
    """Print one dataset: who, where, what was read, what was not, and the files."""
    parts = Group(_head(document), "", _values(document), *_failures(document), "", _files(document))
    title = f"[bold]{escape(str(document.get('title')))}[/]  {document['_id']}"
    console.print(Panel(parts, title=title, title_align="left", border_style="green"))


def leaves(tree: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield (group, name, leaf) of a tree of values; the group is empty at the top level."""
    for name, node in tree.items():
        if is_leaf(node):
            yield "", unescape(name), node
        else:
            for inner, leaf in node.items():
                yield unescape(name), unescape(inner), leaf


def _head(document: Document) -> Table:
    table = Table.grid(padding=(0, 2))
    for label, key in HEAD:
        value: Any = document
        for step in key.split("."):
            value = (value or {}).get(step)
        if value is not None:
            table.add_row(Text(label, style="cyan"), Text(_plain(value)))
    return table


def _values(document: Document) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("group", "name", "value", "unit", "quality"):
        table.add_column(name)
    for group, name, leaf in leaves(document.get("values", {})):
        quality = leaf.get("quality") or ""
        style = "yellow" if quality not in ("", "VALID") else ""
        value = _plain(leaf["value"]) + (f"  (read {leaf['raw']})" if leaf.get("raw") is not None else "")
        words = (group, name, value, leaf.get("unit") or "–")
        table.add_row(*map(escape, words), Text(quality, style=style))
    return table


def _failures(document: Document) -> Iterator[Text]:
    told: dict[str, list[str]] = {}
    for failure in document.get("failures", ()):
        source = "/".join(part for part in (failure.get("device"), failure.get("attribute")) if part)
        phases = told.setdefault(f"{source}: {failure['reason']}" if source else failure["reason"], [])
        phases += [failure["phase"]] if failure.get("phase") else []
    for line, phases in told.items():
        yield Text(f"✗ {line}" + (f" (at {' and '.join(phases)})" if phases else ""), style="red")


def _files(document: Document) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("file", "size", "entry", "complete"):
        table.add_column(name)
    for file in document.get("files", ()):
        size = "not known" if file.get("size") is None else f"{file['size']:,} B"
        words = (file["path"], size, file.get("entry") or "", "yes" if file.get("complete") else "no")
        table.add_row(*map(escape, words))
    return table


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC"
    if isinstance(value, list) and len(value) > LONGEST_LIST:
        span = f", {min(value):.4g} to {max(value):.4g}" if _numbers(value) else ""
        return f"{len(value)} elements{span}"
    if isinstance(value, dict):
        return ", ".join(str(item) for item in value.values() if item)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values)
