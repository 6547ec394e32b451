"""S3: policies, and bodies that a save keeps beside the state."""

from . import bodies, policies


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (policies, bodies):
        module.install()
