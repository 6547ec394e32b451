"""How what goes wrong with a machine is told to the AWS client."""

import contextlib
from collections.abc import Iterator

from ..operations import ApiError
from .addresses import NoFreeAddress
from .commands import MachineError
from .disk import DiskFull


@contextlib.contextmanager
def told_as(code: str) -> Iterator[None]:
    """Turns what cannot be done into AWS's error `code`; no space on this host has a code of its own."""
    try:
        yield
    except DiskFull as error:
        raise ApiError("InsufficientVolumeCapacity", str(error)) from error
    except (MachineError, NoFreeAddress) as error:
        raise ApiError(code, str(error)) from error
