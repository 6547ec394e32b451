"""KMS keys that AWS manages for a service, and that moto lacks: `data aws_kms_alias` of one would find nothing."""

import uuid

from moto.kms import utils

SERVICES = ("backup", "ecr", "sns", "sqs", "workspaces")


def install() -> None:
    """Adds an alias and a key for each service."""
    for service in SERVICES:
        alias = f"alias/aws/{service}"
        utils.RESERVED_ALIASE_TARGET_KEY_IDS.setdefault(alias, str(uuid.uuid5(uuid.NAMESPACE_DNS, alias)))
        if alias not in utils.RESERVED_ALIASES:
            utils.RESERVED_ALIASES.append(alias)
