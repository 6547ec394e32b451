"""Writes and reads moto's objects as one graph, so that what two services share stays shared.

Most of moto's objects never change. Three things are therefore written beside the graph: catalogues of what AWS
provides to everybody, large contents ("blobs"), and the backends themselves, by name.
"""

import copyreg
import functools
import marshal
import pickle
import threading
import types
import weakref
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import IO, Any

from moto.core.base_backend import BaseBackend

from . import crypto_pickling
from .backends import backend_by_name, backend_name
from .saving import CATALOGUED, REDUCED, WITH_ASIDE, Aside, with_aside

PROTOCOL = 5
ORDERED_OR_DEFAULT = (OrderedDict, defaultdict)
LOCKS = {type(threading.Lock()): threading.Lock, type(threading.RLock()): threading.RLock}


class Writer(pickle.Pickler):
    """Writes a graph of moto's objects. With `catalogue` off, catalogue items are written in the graph itself."""

    def __init__(self, file: IO[bytes], aside: Aside, *, catalogue: bool = True) -> None:
        super().__init__(file, PROTOCOL)
        self._aside = aside
        self._catalogue = catalogue

    def reducer_override(self, item: Any) -> Any:
        """Says how to write what plain pickling cannot write, or should not."""
        kind = type(item)
        if kind in CATALOGUED:
            return self._reduce_to_catalogue(item)
        if kind in REDUCED:
            return REDUCED[kind](item, self._aside)
        if kind is weakref.ProxyType:
            # Everything but its type is that of its object, and its methods are bound to that object.
            return weakref.proxy, (item.__init__.__self__,)
        if isinstance(item, BaseBackend):
            return backend_by_name, backend_name(item)
        if kind in LOCKS:
            return LOCKS[kind], ()
        if kind is types.FunctionType and ("<lambda>" in item.__qualname__ or "<locals>" in item.__qualname__):
            cells = tuple(cell.cell_contents for cell in item.__closure__ or ())
            return _function, (marshal.dumps(item.__code__), item.__module__, item.__defaults__, cells)
        if kind.__module__.startswith("cryptography."):
            return crypto_pickling.reduce(item)
        if isinstance(item, ORDERED_OR_DEFAULT) and kind not in ORDERED_OR_DEFAULT:
            # Python would call the class without arguments, and moto's own classes need some.
            state = (vars(item), getattr(item, "default_factory", None), list(item.items()))
            return copyreg.__newobj__, (kind,), state, None, None, _restore_dictionary
        return NotImplemented

    def _reduce_to_catalogue(self, item: Any) -> Any:
        catalogued = CATALOGUED[type(item)]
        if not self._catalogue or not catalogued.belongs(item):
            return NotImplemented
        changeable = {name: getattr(item, name) for name in catalogued.changeable}
        return _from_catalogue, self._aside.put_in_catalogue(item), changeable or None


class Reader(pickle.Unpickler):
    """Reads what a Writer wrote. The aside must hold what the writing put there."""

    def __init__(self, file: IO[bytes], aside: Aside) -> None:
        super().__init__(file)
        self._aside = aside

    def find_class(self, module: str, name: str) -> Any:
        """Finds a class or function by its name."""
        found = super().find_class(module, name)
        return functools.partial(found, self._aside) if found in WITH_ASIDE else found


@with_aside
def _from_catalogue(aside: Aside, name: str, position: int) -> Any:
    return aside.from_catalogue(name, position)


def _restore_dictionary(dictionary: Any, written: tuple[dict[str, Any], Any, list[tuple[Any, Any]]]) -> None:
    attributes, factory, items = written
    vars(dictionary).update(attributes)
    kind = OrderedDict if isinstance(dictionary, OrderedDict) else defaultdict
    if kind is defaultdict:
        dictionary.default_factory = factory
    for key, value in items:
        kind.__setitem__(dictionary, key, value)


def _function(code: bytes, module: str, defaults: tuple[Any, ...] | None, cells: tuple[Any, ...]) -> Callable[..., Any]:
    # moto keeps default factories such as `lambda: defaultdict(dict)`. They have no name to be found by.
    names = vars(__import__(module, fromlist=["*"]))
    closure = tuple(types.CellType(cell) for cell in cells)
    return types.FunctionType(marshal.loads(code), names, None, defaults, closure)
