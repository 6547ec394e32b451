"""What moto lacks or gets wrong for the stacks, a folder a service; importing a file puts its corrections in place."""

import importlib
import os

# Of two corrections of one method, the later one is the outer one.
_IN_ORDER = (
    "ec2.debian_images",
    "dlm.policies",
    "ec2.ebs_attachments",
    "ec2.ebs_snapshots",
    "ec2.ebs_volumes",
    "ec2.addresses",
    "ec2.images",
    "ec2.block_devices",
    "ec2.image_builds",
    "ec2.instances",
    "ec2.monitoring",
    "ec2.security_groups",
    "iam.keys",
    "kms.managed_keys",
    "s3.policies",
    "ssm.documents",
    "sts.session_calls",
)


def install() -> None:
    """Puts every correction in place; a second call changes nothing."""
    # moto reads this when an account is first used: without it AWS's own managed policies do not exist.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    for name in _IN_ORDER:
        importlib.import_module(f"{__name__}.{name}")
