"""Secrets Manager: secrets that are scheduled for deletion."""

from . import deleted_secrets


def install() -> None:
    """Puts the corrections in place. Call it once."""
    deleted_secrets.install()
