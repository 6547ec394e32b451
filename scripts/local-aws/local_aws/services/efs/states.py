"""The states of file systems, mount targets and access points. moto's are available at once."""

from typing import Any

from moto.efs.exceptions import EFSError
from moto.efs.models import AccessPoint, EFSBackend, FileSystem, MountTarget, efs_backends

from local_aws.core.life import Life, Step
from local_aws.core.operations import correction
from local_aws.core.stores import store_of

STATE = "LifeCycleState"
LIFE = Life(efs_backends, "states", STATE, {"creating": Step(then="available", takes_sec=1)})
_Resource = FileSystem | MountTarget | AccessPoint
_IDS = {FileSystem: "file_system_id", MountTarget: "mount_target_id", AccessPoint: "access_point_id"}


class _NotAvailable(EFSError):
    code = 409


def install() -> None:
    """Makes each of them available a while later."""
    for kind in _IDS:
        correction(kind, "info_json")(tell_state)
    for name in ("create_file_system", "create_access_point"):
        correction(EFSBackend, name)(begin)
    correction(EFSBackend, "create_mount_target")(begin_mount_target)
    for name in ("delete_file_system", "delete_mount_target", "delete_access_point"):
        correction(EFSBackend, name)(forget)


def begin(original: Any, backend: EFSBackend, *args: Any, **keywords: Any) -> Any:
    """Makes one of them."""
    made = original(backend, *args, **keywords)
    resource_id = getattr(made, _IDS[type(made)])
    _states(backend)[resource_id] = {}
    LIFE.enter(backend, resource_id, "creating")
    return made


def begin_mount_target(original: Any, backend: EFSBackend, file_system_id: str, *args: Any, **keywords: Any) -> Any:
    """Makes a mount target of a file system that is available."""
    if _states(backend).get(file_system_id, {}).get(STATE) == "creating":
        raise _NotAvailable("IncorrectFileSystemLifeCycleState", f"the file system '{file_system_id}' is creating")
    return begin(original, backend, file_system_id, *args, **keywords)


def forget(original: Any, backend: EFSBackend, resource_id: str) -> None:
    """Forgets the state of what is deleted."""
    original(backend, resource_id)
    _states(backend).pop(resource_id, None)


def tell_state(original: Any, resource: _Resource) -> dict[str, Any]:
    """Returns a resource with its state. One without a record was made before states were kept."""
    told = original(resource)
    return {**told, **_states(_backend_of(resource)).get(getattr(resource, _IDS[type(resource)]), {})}


def _backend_of(resource: _Resource) -> EFSBackend:
    if isinstance(resource, AccessPoint):
        return resource.context
    return (resource._file_system if isinstance(resource, MountTarget) else resource)._context


def _states(backend: EFSBackend) -> dict[str, Any]:
    return store_of(backend).setdefault("states", {})
