"""Data Lifecycle Manager, a service that moto lacks."""

from . import policies


def install() -> None:
    """Adds the service. Call it once."""
    policies.install()
