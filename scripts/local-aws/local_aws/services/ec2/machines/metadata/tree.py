"""A tree of metadata: a value has text, a category lists what is below it."""

from collections.abc import Callable, Mapping
from typing import Any

# A category has nodes by name.
Node = str | bytes | Callable[[], str] | Mapping[str, Any]


class PublicKey(dict[str, Node]):
    """The category of a public key. The list of keys shows its name behind its number."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__({"openssh-key": text})
        self.name = name


def find(node: Node, path: list[str]) -> Node | None:
    """Returns the node at a path. None: there is none."""
    for name in path:
        if not isinstance(node, Mapping) or name not in node:
            return None
        node = node[name]
    return node


def content_of(node: Node) -> bytes:
    """Returns the value of a node, or the list of what is below a category."""
    if isinstance(node, Mapping):
        return "\n".join(_listed(name, below) for name, below in node.items()).encode()
    value = node() if callable(node) else node
    return value if isinstance(value, bytes) else value.encode()


def _listed(name: str, below: Node) -> str:
    if isinstance(below, PublicKey):
        return f"{name}={below.name}"
    return f"{name}/" if isinstance(below, Mapping) else name
