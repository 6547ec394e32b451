"""Classic load balancers. No traffic passes through one."""

from . import load_balancers


def install() -> None:
    """Puts the corrections in place. Call it once."""
    load_balancers.install()
