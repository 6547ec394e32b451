"""Errors that the user can fix: one sentence each."""

import contextlib
from collections.abc import Iterator
from pathlib import Path


class LocalAwsError(Exception):
    """A problem that the user can fix. The text says what, where, and the fix. The command exits with 1."""


@contextlib.contextmanager
def told_of(folder: Path) -> Iterator[None]:
    """Turns an OSError about a folder into a LocalAwsError."""
    try:
        yield
    except OSError as error:
        raise LocalAwsError(f"{error.strerror or error}: {error.filename or folder}") from error
