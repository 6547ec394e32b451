"""KMS: keys that AWS manages."""

from . import managed_keys


def install() -> None:
    """Puts the corrections in place. Call it once."""
    managed_keys.install()
