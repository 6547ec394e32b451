"""Directories. moto's are active at once, and go although WorkSpaces uses them.

A directory has the addresses of its network interfaces. No domain controller answers there.
"""

from typing import Any

from moto.ds.models import Directory, DirectoryServiceBackend, ds_backends
from moto.workspaces.models import workspaces_backends

from local_aws.core.life import Life, Step
from local_aws.core.operations import ApiError, correction
from local_aws.core.stores import store_of

LIFE = Life(
    ds_backends,
    "directories",
    "Stage",
    {"Requested": Step(then="Creating", takes_sec=1), "Creating": Step(then="Active", failed="Failed", takes_sec=4)},
)


def install() -> None:
    """Gives directories their stages."""
    Directory.stage = property(stage, lambda _directory, _stage: None)
    for name in ("create_directory", "create_microsoft_ad", "connect_directory"):
        correction(DirectoryServiceBackend, name)(begin)
    correction(DirectoryServiceBackend, "delete_directory")(delete)


def stage(directory: Directory) -> str:
    """Returns the stage of a directory. One without a record was made before stages were kept."""
    backend = ds_backends[directory.account_id][directory.region]
    return _records(backend).get(directory.directory_id, {}).get("Stage", "Active")


def begin(original: Any, backend: DirectoryServiceBackend, *args: Any, **keywords: Any) -> str:
    """Makes a directory, which becomes active a while later."""
    directory_id = original(backend, *args, **keywords)
    _records(backend)[directory_id] = {}
    LIFE.enter(backend, directory_id, "Requested")
    return directory_id


def delete(original: Any, backend: DirectoryServiceBackend, directory_id: str) -> str:
    """Refuses to delete a directory that is registered for WorkSpaces."""
    registered = store_of(workspaces_backends[backend.account_id][backend.region_name]).get("directories", {})
    if directory_id in registered:
        raise ApiError(
            "ClientException",
            f"Cannot delete the directory {directory_id} because it still has authorized applications: WorkSpaces",
        )
    deleted = original(backend, directory_id)
    _records(backend).pop(directory_id, None)
    return deleted


def _records(backend: DirectoryServiceBackend) -> dict[str, Any]:
    return store_of(backend).setdefault("directories", {})
