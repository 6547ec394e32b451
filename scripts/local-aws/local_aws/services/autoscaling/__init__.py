"""Auto Scaling: what a group keeps of its settings, and the instances that it launches."""

from . import groups


def install() -> None:
    """Puts the corrections in place. Call it once."""
    groups.install()
