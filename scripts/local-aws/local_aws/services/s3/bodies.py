"""The bodies of S3 objects, which a save keeps beside the state."""

import copyreg
import tempfile
import threading
from typing import Any

from moto.s3.models import FakeKey

from local_aws.core.saving import Aside, reduce_with, with_aside

# The attribute of moto's object that remembers the name of its blob: an object is hashed once, and not at every save.
NAME = "local_aws_body"


def install() -> None:
    """Says how an S3 object is saved."""
    reduce_with(FakeKey, reduce_key)
    _forget_name_when_value_changes()


def reduce_key(key: FakeKey, aside: Aside) -> tuple[Any, ...]:
    """Reduces an object to its attributes and the name of its body's blob."""
    name = vars(key).get(NAME)
    if name is None:
        name = aside.blobs.put(b"" if key.disposed else key.value)
        setattr(key, NAME, name)
    else:
        aside.blobs.use(name)
    attributes = {each: value for each, value in vars(key).items() if each not in ("_value_buffer", "lock")}
    return copyreg.__newobj__, (FakeKey,), (attributes, name), None, None, restore_key


@with_aside
def restore_key(aside: Aside, key: FakeKey, written: tuple[dict[str, Any], str]) -> None:
    """Gives a new object what `reduce_key` made of an earlier one."""
    attributes, name = written
    vars(key).update(attributes)
    key.lock = threading.Lock()
    # moto's object closes it.
    key._value_buffer = tempfile.SpooledTemporaryFile(key._max_buffer_size)  # noqa: SIM115
    key._value_buffer.write(aside.blobs.get(name))


def _forget_name_when_value_changes() -> None:
    written = FakeKey.value

    def set_value(key: FakeKey, value: bytes) -> None:
        vars(key).pop(NAME, None)
        written.fset(key, value)

    FakeKey.value = property(written.fget, set_value)
