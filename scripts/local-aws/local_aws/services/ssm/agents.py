"""Which machines have the Systems Manager agent, and may register it.

The agent itself cannot be had for these machines. Its commands run through the machine's own systemd.
"""

import fnmatch
from typing import Any

from moto.ec2.models.amis import Ami

from local_aws.services.iam.instance_permissions import allows, roles_of_instance

# An image says by this tag whether it has the agent. Its value is `true` or `false`.
TAG = "SsmAgent"
# Source: AWS, "Find AMIs with the SSM Agent preinstalled" (read 2026-11): by the publisher's account, and by name.
_UBUNTU = "099720109477"
_AMAZON = ("amzn-ami-*", "amzn2-ami-*", "al2023-ami-*")
_WITHOUT = ("*-minimal-*",)


def has_agent(instance: Any) -> bool:
    """Says whether the image of an instance has the agent. An image that was made from another one has what that has.

    Its own tag decides. Otherwise, that of its source does, and last, who published it.
    """
    image = instance.ec2_backend.amis.get(instance.image_id)
    return image is not None and _image_has_agent(image)


def may_register(instance: Any) -> bool:
    """Says whether the instance's role may do ssm:UpdateInstanceInformation, as AmazonSSMManagedInstanceCore says."""
    return allows(roles_of_instance(instance), "ssm:UpdateInstanceInformation")


def _image_has_agent(image: Ami) -> bool:
    while True:
        told = next((tag["value"] for tag in image.get_tags() if tag["key"] == TAG), None)
        if told is not None:
            return told.lower() == "true"
        if image.source is None:
            return _is_published_with_agent(image)
        image = image.source


def _is_published_with_agent(image: Ami) -> bool:
    name = image.name or ""
    if any(fnmatch.fnmatchcase(name, pattern) for pattern in _WITHOUT):
        return False
    is_amazons = image.owner_alias == "amazon" and any(fnmatch.fnmatchcase(name, pattern) for pattern in _AMAZON)
    return is_amazons or image.owner_id == _UBUNTU
