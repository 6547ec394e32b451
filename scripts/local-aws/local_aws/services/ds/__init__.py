"""Directory Service: the states of a directory, and what keeps it from going."""

from . import directories


def install() -> None:
    """Puts the corrections in place. Call it once."""
    directories.install()
