"""Tags of directories, desktops and IP groups, by their id."""

from typing import Any

from moto.workspaces.models import workspaces_backends
from moto.workspaces.responses import WorkSpacesResponse

from local_aws.core.operations import Call, operation


def install() -> None:
    """Adds the calls."""
    operation(WorkSpacesResponse, "DescribeTags", workspaces_backends)(describe_tags)
    operation(WorkSpacesResponse, "CreateTags", workspaces_backends)(create_tags)
    operation(WorkSpacesResponse, "DeleteTags", workspaces_backends)(delete_tags)


def keep_tags(call: Call, resource_id: str, tags: list[dict[str, str]] | None) -> None:
    """Adds or changes tags of a resource."""
    kept = call.store.setdefault("tags", {}).setdefault(resource_id, {})
    kept.update({tag["Key"]: tag.get("Value", "") for tag in tags or []})


def describe_tags(call: Call) -> dict[str, Any]:
    """Returns the tags of a resource."""
    kept = call.store.get("tags", {}).get(call.parameters["ResourceId"], {})
    return {"TagList": [{"Key": key, "Value": value} for key, value in kept.items()]}


def create_tags(call: Call) -> None:
    """Adds or changes tags of a resource."""
    keep_tags(call, call.parameters["ResourceId"], call.parameters["Tags"])


def delete_tags(call: Call) -> None:
    """Removes tags of a resource."""
    kept = call.store.get("tags", {}).get(call.parameters["ResourceId"], {})
    for key in call.parameters["TagKeys"]:
        kept.pop(key, None)
