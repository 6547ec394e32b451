"""Images of desktops. moto makes one of its own desktops, and there are none of those any more."""

from typing import Any

from moto.workspaces.responses import WorkSpacesResponse

from local_aws.core.operations import correction

CALLS = (
    "create_workspace_image",
    "describe_workspace_images",
    "describe_workspace_image_permissions",
    "update_workspace_image_permission",
)


def install() -> None:
    """Makes these calls fail with their name."""
    for name in CALLS:
        correction(WorkSpacesResponse, name)(refuse)


def refuse(_original: Any, response: WorkSpacesResponse) -> None:
    """Fails: there is no desktop to make an image of."""
    raise NotImplementedError(response._get_action())
