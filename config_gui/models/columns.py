"""The columns of the table, as on the slide that this window follows."""

from enum import IntEnum


class Column(IntEnum):
    """Position of each column."""

    GROUP = 0
    NAME = 1
    DEVICE = 2
    ATTRIBUTE = 3
    VALUE = 4
    UNIT = 5
    MAPPING = 6
    EDIT = 7
    DELETE = 8


TITLES = {
    Column.GROUP: "Group",
    Column.NAME: "Name",
    Column.DEVICE: "Device",
    Column.ATTRIBUTE: "Attribute",
    Column.VALUE: "Value",
    Column.UNIT: "Unit",
    Column.MAPPING: "Mapping",
    Column.EDIT: "",
    Column.DELETE: "",
}
