"""Volumes and snapshots: a volume is a disk, and a snapshot is a copy of it."""

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend

from local_aws.core.operations import correction

from .errors import told_as
from .instance_machines import InstanceMachines

Original = Callable[..., Any]


def install(machines: InstanceMachines) -> None:
    """Makes a volume a disk."""
    disks = machines.fleet.disks

    @correction(EC2Backend, "create_volume")
    def create_volume(original: Original, self: Any, *args: Any, **keywords: Any) -> Any:
        volume = original(self, *args, **keywords)
        if volume.snapshot_id:
            try:
                with told_as("InternalError"):
                    disks.restore(volume.id, volume.snapshot_id, int(volume.size))
            except Exception:
                self.volumes.pop(volume.id, None)
                raise
        return volume

    @correction(EC2Backend, "attach_volume")
    def attach_volume(
        original: Original, self: Any, volume_id: str, instance_id: str, device_path: str, *args: Any, **keywords: Any
    ) -> Any:
        attachment = original(self, volume_id, instance_id, device_path, *args, **keywords)
        machine = machines.fleet.get(instance_id)
        # An instance that is being made has no machine yet. Its machine boots with the disk.
        if machine:
            try:
                with told_as("InternalError"):
                    machine.plug(volume_id, int(attachment.volume.size))
            except Exception:
                attachment.volume.attachment = None
                attachment.instance.block_device_mapping.pop(device_path, None)
                raise
        return attachment

    @correction(EC2Backend, "detach_volume")
    def detach_volume(original: Original, self: Any, volume_id: str, instance_id: str, device_path: str) -> Any:
        attachment = self.get_volume(volume_id).attachment
        machine = machines.fleet.get(instance_id)
        if machine and attachment and attachment.instance.id == instance_id:
            with told_as("IncorrectState"):
                machine.unplug(volume_id)
        return original(self, volume_id, instance_id, device_path)

    @correction(EC2Backend, "delete_volume")
    def delete_volume(original: Original, self: Any, volume_id: str) -> Any:
        deleted = original(self, volume_id)
        disks.delete(volume_id)
        return deleted

    @correction(EC2Backend, "modify_volume")
    def modify_volume(
        original: Original, self: Any, volume_id: str, target_size: Any = None, *args: Any, **keywords: Any
    ) -> Any:
        with told_as("InternalError"):
            if target_size:
                disks.grow(volume_id, int(target_size))
        return original(self, volume_id, target_size, *args, **keywords)

    @correction(EC2Backend, "create_snapshot")
    def create_snapshot(original: Original, self: Any, volume_id: str, *args: Any, **keywords: Any) -> Any:
        snapshot = original(self, volume_id, *args, **keywords)
        return _with_copy(self, snapshot, lambda: disks.snapshot(volume_id, snapshot.id))

    @correction(EC2Backend, "copy_snapshot")
    def copy_snapshot(original: Original, self: Any, source_snapshot_id: str, *args: Any, **keywords: Any) -> Any:
        snapshot = original(self, source_snapshot_id, *args, **keywords)
        return _with_copy(self, snapshot, lambda: disks.copy_snapshot(source_snapshot_id, snapshot.id))

    @correction(EC2Backend, "delete_snapshot")
    def delete_snapshot(original: Original, self: Any, snapshot_id: str) -> Any:
        deleted = original(self, snapshot_id)
        disks.delete_snapshot(snapshot_id)
        return deleted


def _with_copy(backend: Any, snapshot: Any, copy: Callable[[], None]) -> Any:
    try:
        with told_as("InternalError"):
            copy()
    except Exception:
        backend.snapshots.pop(snapshot.id, None)
        raise
    return snapshot
