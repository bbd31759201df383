"""One node of the tree of devices."""

from dataclasses import dataclass, field

from config_gui.models.shown import Shown
from config_gui.models.tango_names import AttributeName


@dataclass(eq=False)
class Node:
    """A domain, a family, a device, an attribute, or a word about a device.

    Attributes
    ----------
    device
        Full name, on the nodes of devices only.
    attribute
        On the nodes of attributes only.
    """

    shown: Shown
    parent: "Node | None" = None
    device: str = ""
    attribute: AttributeName | None = None
    children: list["Node"] = field(default_factory=list)

    def add_device(self, device: str) -> None:
        """Add a device below its domain and family; devices come in alphabetical order."""
        *above, member = device.split("/")
        node = self
        for name in above:
            node = node._branch(name)
        node.children.append(Node(Shown(member, story=device), node, device=device))

    def row(self) -> int:
        """Return its place among its siblings."""
        return self.parent.children.index(self) if self.parent else 0

    def root(self) -> "Node":
        """Return the node that is above all others."""
        return self.parent.root() if self.parent else self

    def _branch(self, name: str) -> "Node":
        if not self.children or self.children[-1].shown.text != name:
            self.children.append(Node(Shown(name), self))
        return self.children[-1]
