"""WorkSpaces: moto has few of its calls, and no state of a desktop ever passes.

The store has `directories`, `workspaces`, `ip_groups` and `tags`. No desktop exists behind a WorkSpace.
"""

from . import bundles, desktops, directories, images, ip_groups, tags


def install() -> None:
    """Puts the calls in place. Call it once."""
    for module in (bundles, desktops, directories, images, ip_groups, tags):
        module.install()
