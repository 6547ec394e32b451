"""Which machines have the Systems Manager agent, and may register it.

The agent itself cannot be had for these machines. Its commands run through the machine's own systemd.
"""

import fnmatch
import json
from collections.abc import Iterator
from typing import Any

from moto.ec2.models.amis import Ami

# An image says by this tag whether it has the agent. Its value is `true` or `false`.
TAG = "SsmAgent"
# Source: AWS, "Find AMIs with the SSM Agent preinstalled" (read 2026-11): by the publisher's account, and by name.
_UBUNTU = "099720109477"
_AMAZON = ("amzn-ami-*", "amzn2-ami-*", "al2023-ami-*")
_WITHOUT = ("*-minimal-*",)
_REGISTERS = "ssm:updateinstanceinformation"


def has_agent(instance: Any) -> bool:
    """Says whether the image of an instance has the agent. An image that was made from another one has what that has.

    Its own tag decides. Otherwise, that of its source does, and last, who published it.
    """
    image = instance.ec2_backend.amis.get(instance.image_id)
    return image is not None and _image_has_agent(image)


def may_register(instance: Any) -> bool:
    """Says whether the instance's role may do ssm:UpdateInstanceInformation, as AmazonSSMManagedInstanceCore says.

    Reads actions of attached and of inline policies. Conditions, resources, and boundaries are not evaluated.
    """
    association = instance.ec2_backend.iam_instance_profile_associations.get(instance.id)
    roles = association.iam_instance_profile.roles if association else []
    effects = {effect for role in roles for effect in _effects(role)}
    return "Allow" in effects and "Deny" not in effects


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


def _effects(role: Any) -> Iterator[str]:
    documents = [*role.policies.values()]
    for policy in role.managed_policies.values():
        documents += [version.document for version in policy.versions if version.is_default_version]
    for document in documents:
        statements = (json.loads(document) if isinstance(document, str) else document)["Statement"]
        for statement in [statements] if isinstance(statements, dict) else statements:
            if _concerns(statement):
                yield statement["Effect"]


def _concerns(statement: dict[str, Any]) -> bool:
    if "NotAction" in statement:
        return not _names(statement["NotAction"])
    return _names(statement.get("Action", []))


def _names(actions: str | list[str]) -> bool:
    patterns = [actions] if isinstance(actions, str) else actions
    return any(fnmatch.fnmatchcase(_REGISTERS, pattern.lower()) for pattern in patterns)
