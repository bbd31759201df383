"""The form of one entry: texts as people type them, checked field by field."""

from dataclasses import asdict, dataclass

from pydantic import ValidationError

from scifish.selection import Entry

ARROWS = ("→", "->", "=")


@dataclass(frozen=True)
class Form:
    """What stands in the fields of the form; a mapping is one ``read -> shown`` per line."""

    group: str = ""
    name: str = ""
    device: str = ""
    attribute: str = ""
    unit: str = ""
    mapping: str = ""


class FormError(Exception):
    """The form is not an entry yet.

    Attributes
    ----------
    fields
        Field name to what is wrong with it, in words.
    """

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {text}" for name, text in fields.items()))
        self.fields = fields


def to_entry(form: Form) -> Entry:
    """Return the entry that a form describes; raises FormError with every wrong field."""
    texts = {name: text.strip() for name, text in asdict(form).items()}
    wrong = {name: "is missing" for name in ("name", "device", "attribute") if not texts[name]}
    mapping: dict[str, str] | None = None
    try:
        mapping = parse_mapping(form.mapping)
    except ValueError as error:
        wrong["mapping"] = str(error)
    try:
        entry = Entry(
            group=texts["group"] or None,
            name=texts["name"],
            device=texts["device"],
            attribute=texts["attribute"],
            unit=texts["unit"] or None,
            mapping=mapping,
        )
    except ValidationError as error:
        wrong = {**{str(item["loc"][0]): _in_words(item["msg"]) for item in error.errors()}, **wrong}
    if wrong:
        raise FormError(wrong)
    return entry


def from_entry(entry: Entry) -> Form:
    """Return the form of an entry."""
    return Form(
        group=entry.group or "",
        name=entry.name,
        device=entry.device,
        attribute=entry.attribute,
        unit=entry.unit or "",
        mapping="\n".join(f"{read} -> {shown}" for read, shown in (entry.mapping or {}).items()),
    )


def parse_mapping(text: str) -> dict[str, str] | None:
    """Read a mapping, one ``read -> shown`` per line; ValueError names the line that is none."""
    pairs: dict[str, str] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        arrow = next((arrow for arrow in ARROWS if arrow in line), None)
        read, _, shown = line.partition(arrow or "\0")
        if arrow is None or not read.strip() or not shown.strip():
            raise ValueError(f"{line!r} is not: value read -> value shown")
        if read.strip() in pairs:
            raise ValueError(f"{read.strip()!r} is mapped twice")
        pairs[read.strip()] = shown.strip()
    return pairs or None


def suggested_name(attribute: str) -> str:
    """Return a name for people out of an attribute's: ``pressure_1`` gives ``Pressure 1``."""
    words = attribute.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _in_words(message: str) -> str:
    return message.removeprefix("Value error, ")
