"""What moto lacks of a file system: its policy can go, and its throughput can change."""

from typing import Any

from moto.efs.exceptions import FileSystemNotFound
from moto.efs.models import FileSystem, efs_backends
from moto.efs.responses import EFSResponse

from local_aws.core.operations import Call, operation


def install() -> None:
    """Adds the calls."""
    operation(EFSResponse, "DeleteFileSystemPolicy", efs_backends)(delete_file_system_policy)
    operation(EFSResponse, "UpdateFileSystem", efs_backends)(update_file_system)


def delete_file_system_policy(call: Call) -> None:
    """Removes the policy of a file system."""
    file_system(call).file_system_policy = None


def update_file_system(call: Call) -> dict[str, Any]:
    """Changes the throughput of a file system."""
    found = file_system(call)
    mode, provisioned = (call.parameters.get(name) for name in ("ThroughputMode", "ProvisionedThroughputInMibps"))
    found.throughput_mode = mode or found.throughput_mode
    # A mode without provisioned throughput has none.
    found.provisioned_throughput_in_mibps = provisioned if found.throughput_mode == "provisioned" else None
    return found.info_json()


def file_system(call: Call) -> FileSystem:
    """Returns the file system that a call names, or raises AWS's error."""
    file_system_id = call.parameters["FileSystemId"]
    if file_system_id not in call.backend.file_systems_by_id:
        raise FileSystemNotFound(file_system_id)
    return call.backend.file_systems_by_id[file_system_id]
