"""KMS keys that AWS manages for a service and moto does not know.

Without them `data aws_kms_alias` of such a service finds nothing.
"""

import uuid

from moto.kms import utils

for _service in ("backup", "ecr", "sns", "sqs", "workspaces"):
    _alias = f"alias/aws/{_service}"
    utils.RESERVED_ALIASE_TARGET_KEY_IDS.setdefault(_alias, str(uuid.uuid5(uuid.NAMESPACE_DNS, _alias)))
    if _alias not in utils.RESERVED_ALIASES:
        utils.RESERVED_ALIASES.append(_alias)
