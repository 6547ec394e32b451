"""IAM: access keys, and the policies that AWS manages."""

from . import issued_keys, keys, managed_policies


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (managed_policies, keys, issued_keys):
        module.install()
