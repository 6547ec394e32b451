"""Classic load balancers: their attributes."""

from . import attributes


def install() -> None:
    """Puts the corrections in place. Call it once."""
    attributes.install()
