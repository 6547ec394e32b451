"""S3: policies, versions, and bodies that a save keeps beside the state."""

from . import bodies, delete_markers, policies, version_listing, versions


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (policies, versions, version_listing, delete_markers, bodies):
        module.install()
