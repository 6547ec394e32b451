"""Turns errors of machines into AWS's errors."""

import contextlib
from collections.abc import Iterator

from local_aws.core.operations import ApiError
from local_aws.host.addresses import NoFreeAddress
from local_aws.host.commands import MachineError
from local_aws.host.disk import DiskFull


@contextlib.contextmanager
def told_as(code: str) -> Iterator[None]:
    """Turns an error of a machine into AWS's error `code`. A full disk of this host has a code of its own."""
    try:
        yield
    except DiskFull as error:
        raise ApiError("InsufficientVolumeCapacity", str(error)) from error
    except (MachineError, NoFreeAddress) as error:
        raise ApiError(code, str(error)) from error
