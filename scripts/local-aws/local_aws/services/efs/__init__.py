"""EFS: backup policies, file system policies, and states. No file system exists behind it."""

from . import backup_policies, file_systems, states


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (backup_policies, file_systems, states):
        module.install()
