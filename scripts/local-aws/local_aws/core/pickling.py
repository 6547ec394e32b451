"""How moto's objects are written and read: one graph, so that what two services share stays shared.

Three things are written beside the graph, since most of moto's objects never change: the machine images and managed
policies that AWS provides ("catalogue"), S3 object bodies ("bodies"), and the backends themselves (by name).
"""

import copyreg
import marshal
import pickle
import tempfile
import threading
import types
import weakref
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from typing import IO, Any, Protocol

from moto.backends import get_backend
from moto.core.base_backend import BackendDict, BaseBackend
from moto.ec2.models.amis import Ami
from moto.ec2.models.elastic_block_store import Snapshot
from moto.iam.models import AWSManagedPolicy
from moto.s3.models import FakeKey

from . import crypto_pickling

PROTOCOL = 5
ORDERED_OR_DEFAULT = (OrderedDict, defaultdict)
# Where states from before name what has moved since.
MOVED = {
    "local_aws.pickling": __name__,
    "local_aws.crypto_pickling": crypto_pickling.__name__,
    "local_aws.sessions": "local_aws.services.sts.sessions",
}
LOCKS = {type(threading.Lock()): threading.Lock, type(threading.RLock()): threading.RLock}


class Aside(Protocol):
    """Where the writer puts, and the reader finds, what is not in the graph."""

    def put_in_catalogue(self, item: Any) -> tuple[str, int]:
        """The catalogue and position of an item, which is added when it is new."""

    def from_catalogue(self, name: str, position: int) -> Any:
        """The item of a catalogue."""

    def put_body(self, key: FakeKey) -> str:
        """The name of an S3 object's body, which is written when it is new."""

    def body(self, name: str) -> bytes:
        """A body by its name."""


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
            if self._catalogue and CATALOGUED[kind](item):
                changeable = {"attachment_count": item.attachment_count} if kind is AWSManagedPolicy else None
                return _from_catalogue, self._aside.put_in_catalogue(item), changeable
            return NotImplemented
        if kind is weakref.ProxyType:
            # It passes for the object that it stands for in every way but its type; a method of it is bound to that.
            return weakref.proxy, (item.__init__.__self__,)
        if isinstance(item, BaseBackend):
            return backend_by_name, backend_name(item)
        if kind is FakeKey:
            state = {name: value for name, value in vars(item).items() if name not in ("_value_buffer", "lock")}
            return copyreg.__newobj__, (FakeKey,), (state, self._aside.put_body(item)), None, None, _restore_key
        if kind in LOCKS:
            return LOCKS[kind], ()
        if kind is types.FunctionType and ("<lambda>" in item.__qualname__ or "<locals>" in item.__qualname__):
            cells = tuple(cell.cell_contents for cell in item.__closure__ or ())
            return _function, (marshal.dumps(item.__code__), item.__module__, item.__defaults__, cells)
        if kind.__module__.startswith("cryptography."):
            return crypto_pickling.reduce(item)
        if isinstance(item, ORDERED_OR_DEFAULT) and kind not in ORDERED_OR_DEFAULT:
            # Python would make it by calling its class without arguments, which services' own classes do not allow.
            state = (vars(item), getattr(item, "default_factory", None), list(item.items()))
            return copyreg.__newobj__, (kind,), state, None, None, _restore_dictionary
        return NotImplemented


class Reader(pickle.Unpickler):
    """Reads what a Writer wrote; the asides must be those of the writing."""

    def __init__(self, file: IO[bytes], aside: Aside) -> None:
        super().__init__(file)
        self._aside = aside

    def find_class(self, module: str, name: str) -> Any:
        """The class or function of a name, with ours bound to this reader's asides."""
        module = MOVED.get(module, module)
        if module == __name__ and name == "_from_catalogue":
            return self._aside.from_catalogue
        if module == __name__ and name == "_restore_key":
            return lambda key, written: _restore_key(key, (written[0], self._aside.body(written[1])))
        return super().find_class(module, name)


def _is_provided_image(image: Ami) -> bool:
    return image.owner_alias == "amazon"


def _is_of_provided_image(snapshot: Snapshot) -> bool:
    image = snapshot.ec2_backend.amis.get(snapshot.from_ami) if snapshot.from_ami else None
    return image is not None and _is_provided_image(image)


# Which objects never change (apart from what is written with the reference to them) and are many: one region has
# 630 images, each with a snapshot, and an account 1,582 managed policies.
CATALOGUED: dict[type, Callable[[Any], bool]] = {
    Ami: _is_provided_image,
    Snapshot: _is_of_provided_image,
    AWSManagedPolicy: lambda _policy: True,
}


def backend_name(backend: BaseBackend) -> tuple[str, str, str]:
    """Module, account and region of a backend, from which `backend_by_name` finds it again."""
    return type(backend).__module__.split(".")[1], backend.account_id, backend.region_name


def backend_by_name(module: str, account: str, region: str) -> BaseBackend:
    """The backend of that name; an empty one, to be filled by the reader, where there is none yet."""
    backends: BackendDict = get_backend(module)
    regions = backends[account]
    if regions.get(region) is None:
        regions[region] = object.__new__(backends.backend)
        vars(regions[region]).update(region_name=region, account_id=account)
    return regions[region]


def _from_catalogue(name: str, position: int) -> Any:
    raise AssertionError("read through a Reader")


def _restore_key(key: FakeKey, written: tuple[dict[str, Any], bytes]) -> None:
    state, body = written
    vars(key).update(state)
    key.lock = threading.Lock()
    # moto's object closes it.
    key._value_buffer = tempfile.SpooledTemporaryFile(key._max_buffer_size)  # noqa: SIM115
    key._value_buffer.write(body)


def _restore_dictionary(dictionary: Any, written: tuple[dict[str, Any], Any, list[tuple[Any, Any]]]) -> None:
    attributes, factory, items = written
    vars(dictionary).update(attributes)
    kind = OrderedDict if isinstance(dictionary, OrderedDict) else defaultdict
    if kind is defaultdict:
        dictionary.default_factory = factory
    for key, value in items:
        kind.__setitem__(dictionary, key, value)


def _function(code: bytes, module: str, defaults: tuple[Any, ...] | None, cells: tuple[Any, ...]) -> Callable[..., Any]:
    # moto keeps default factories such as `lambda: defaultdict(dict)`, which have no name to be found by.
    names = vars(__import__(module, fromlist=["*"]))
    closure = tuple(types.CellType(cell) for cell in cells)
    return types.FunctionType(marshal.loads(code), names, None, defaults, closure)
