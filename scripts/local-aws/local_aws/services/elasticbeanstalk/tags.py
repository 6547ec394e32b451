"""Tags of applications, versions and environments, by ARN."""

from typing import Any

from moto.elasticbeanstalk.models import eb_backends
from moto.elasticbeanstalk.responses import EBResponse

from local_aws.core.operations import ApiError, Call, operation


def install() -> None:
    """Replaces moto's calls."""
    operation(EBResponse, "ListTagsForResource", eb_backends)(list_tags_for_resource)
    operation(EBResponse, "UpdateTagsForResource", eb_backends)(update_tags_for_resource)


def list_tags_for_resource(call: Call) -> dict[str, Any]:
    """Returns the tags of a resource."""
    tags = [{"Key": key, "Value": value} for key, value in _tags(call).items()]
    return {"ResourceArn": call.parameters["ResourceArn"], "ResourceTags": tags}


def update_tags_for_resource(call: Call) -> None:
    """Adds, changes and removes tags of a resource."""
    tags = _tags(call)
    for key in call.parameters.get("TagsToRemove") or []:
        tags.pop(key, None)
    tags.update({tag["Key"]: tag.get("Value", "") for tag in call.parameters.get("TagsToAdd") or []})


def _tags(call: Call) -> dict[str, str]:
    arn = call.parameters["ResourceArn"]
    if arn not in call.store.get("tags", {}):
        raise ApiError("ResourceNotFoundException", f"Resource not found for ARN '{arn}'.")
    return call.store["tags"][arn]
