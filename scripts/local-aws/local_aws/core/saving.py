"""How services tell the core to save their objects. `pickling` does what is registered here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from .blobs import Blobs

Function = TypeVar("Function", bound=Callable[..., Any])


class Aside(Protocol):
    """A store for objects outside the saved graph. The writer puts them there, and the reader finds them."""

    blobs: Blobs

    def put_in_catalogue(self, item: Any) -> tuple[str, int]:
        """Adds an item when it is new. Returns its catalogue and its position there."""

    def from_catalogue(self, name: str, position: int) -> Any:
        """Returns the item of a catalogue."""


@dataclass(frozen=True)
class Catalogued:
    """Which objects of a class go into a catalogue, and the attributes of them that may change."""

    belongs: Callable[[Any], bool]
    changeable: Sequence[str]


CATALOGUED: dict[type, Catalogued] = {}
REDUCED: dict[type, Callable[[Any, Aside], Any]] = {}
WITH_ASIDE: set[Callable[..., Any]] = set()


def keep_in_catalogue(kind: type, belongs: Callable[[Any], bool], changeable: Sequence[str] = ()) -> None:
    """Writes objects of a class once, beside the state. Use it for many objects that never change.

    The attributes in `changeable` are written with each reference to the object.
    """
    CATALOGUED[kind] = Catalogued(belongs, changeable)


def reduce_with(kind: type, function: Callable[[Any, Aside], Any]) -> None:
    """Writes objects of a class as a function says: its result is that of `__reduce__`."""
    REDUCED[kind] = function


def with_aside(function: Function) -> Function:
    """Marks a function that a reader calls: its first argument is the aside of the reader."""
    WITH_ASIDE.add(function)
    return function
