"""Backup policies of file systems: moto knows only the one that a file system was created with. No backup is made."""

from typing import Any

from moto.efs.exceptions import PolicyNotFound
from moto.efs.models import efs_backends
from moto.efs.responses import EFSResponse

from local_aws.core.life import Life, Step
from local_aws.core.operations import Call, operation

from .file_systems import file_system

LIFE = Life(
    efs_backends,
    "backup_policies",
    "Status",
    {"ENABLING": Step(then="ENABLED"), "DISABLING": Step(then="DISABLED")},
)
_ON_THE_WAY = {"ENABLED": "ENABLING", "DISABLED": "DISABLING"}


def install() -> None:
    """Adds the calls."""
    operation(EFSResponse, "PutBackupPolicy", efs_backends)(put_backup_policy)
    operation(EFSResponse, "DescribeBackupPolicy", efs_backends)(describe_backup_policy)


def put_backup_policy(call: Call) -> dict[str, Any]:
    """Turns automatic backups on or off."""
    found, asked = file_system(call), call.parameters["BackupPolicy"]["Status"]
    policies = call.store.setdefault("backup_policies", {})
    policies[found.file_system_id] = {}
    LIFE.enter(call.backend, found.file_system_id, _ON_THE_WAY.get(asked, asked))
    return {"BackupPolicy": policies[found.file_system_id]}


def describe_backup_policy(call: Call) -> dict[str, Any]:
    """Returns the policy of a file system."""
    found = file_system(call)
    policy = call.store.get("backup_policies", {}).get(found.file_system_id) or found.backup_policy
    if policy is None:
        raise PolicyNotFound("None")
    return {"BackupPolicy": policy}
