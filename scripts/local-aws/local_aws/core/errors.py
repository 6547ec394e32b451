"""What a user of the local AWS can do wrong, told in one sentence."""

import contextlib
from collections.abc import Iterator
from pathlib import Path


class LocalAwsError(Exception):
    """A problem that the user can mend: its text says what, where and the way out, and the command exits with 1."""


@contextlib.contextmanager
def told_of(folder: Path) -> Iterator[None]:
    """Turns what the system does not let one do in a folder into a LocalAwsError."""
    try:
        yield
    except OSError as error:
        raise LocalAwsError(f"{error.strerror or error}: {error.filename or folder}") from error
