"""Volumes and snapshots: a volume is a disk, and a snapshot is a copy of it.

Copies are made in the background. A volume is `creating`, and a snapshot `pending`, until the copy and the record of it
are on the disk. Files are removed when the record that they are gone is on the disk. The file of a snapshot also waits
for the volumes that are being made from it.
"""

from collections.abc import Callable
from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from local_aws.core.background import background
from local_aws.core.operations import correction
from local_aws.host.disk import Disks
from local_aws.host.fleet import Fleet

from . import contents, view
from .copies import Copies
from .errors import told_as
from .instance_machines import InstanceMachines

Original = Callable[..., Any]


def install(machines: InstanceMachines, copies: Copies) -> None:
    """Makes a volume a disk."""
    disks = machines.fleet.disks
    machines.resumers.append(lambda: _resume(machines.fleet))

    @correction(ElasticBlockStore, "create_volume")
    def create_volume(original: Original, self: Any) -> Any:
        with told_as("InternalError"):
            disks.require_space()
        answer = original(self)
        volume = answer.result
        try:
            with told_as("InternalError"):
                restore = contents.begin(disks, volume)
        except Exception:
            self.ec2_backend.volumes.pop(volume.id)
            raise
        contents.make(disks, volume, restore)
        return answer

    @correction(EC2Backend, "attach_volume")
    def attach_volume(
        original: Original, self: Any, volume_id: str, instance_id: str, device_path: str, *args: Any, **keywords: Any
    ) -> Any:
        attachment = original(self, volume_id, instance_id, device_path, *args, **keywords)
        machine = machines.fleet.get(instance_id)
        try:
            with told_as("InternalError"):
                if machine or device_path != attachment.instance.root_device_name:
                    contents.require_disk(disks, attachment.volume)
                # An instance that is being made has no machine yet. Its machine boots with the disk.
                if machine:
                    machine.plug(volume_id, int(attachment.volume.size))
                    contents.note_used([attachment.volume])
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
        if disks.file(volume_id).exists():
            _remove_volume(disks, volume_id)
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
        copies.copy_volume(self, volume_id, snapshot)
        return snapshot

    @correction(EC2Backend, "copy_snapshot")
    def copy_snapshot(
        original: Original, self: Any, source_snapshot_id: str, source_region: str, *args: Any, **keywords: Any
    ) -> Any:
        snapshot = original(self, source_snapshot_id, source_region, *args, **keywords)
        copies.copy_snapshot(ec2_backends[self.account_id][source_region].snapshots[source_snapshot_id], snapshot)
        return snapshot

    @correction(EC2Backend, "delete_snapshot")
    def delete_snapshot(original: Original, self: Any, snapshot_id: str) -> Any:
        deleted = original(self, snapshot_id)
        if disks.snapshot_file(snapshot_id).exists():
            remove_snapshot(machines.fleet, snapshot_id)
        return deleted


def _resume(fleet: Fleet) -> None:
    awaited = contents.awaited_snapshots()
    contents.resume(fleet.disks)
    for snapshot_id in awaited:
        if not any(snapshot_id in backend.snapshots for backend in view.all_backends()):
            remove_snapshot(fleet, snapshot_id)


def remove_snapshot(fleet: Fleet, snapshot_id: str) -> None:
    """Removes the bytes of a deleted snapshot. Keeps them when a volume that was made from it did not get them."""

    def wait_and_remove() -> None:
        # After a crash, a volume is made once more.
        while snapshot_id in contents.awaited_snapshots():
            background.pause(contents.POLL_SEC)
        background.wait_until_saved()
        file = fleet.disks.snapshot_file(snapshot_id)
        if file.exists() and contents.is_last_copy(snapshot_id):
            fleet.lost_and_found.report([fleet.lost_and_found.take("snapshots", file)])
        else:
            fleet.disks.delete_snapshot(snapshot_id)

    background.start(wait_and_remove, lambda _problem: None)


def _remove_volume(disks: Disks, volume_id: str) -> None:
    def wait_and_remove() -> None:
        background.wait_until_saved()
        disks.delete(volume_id)

    background.start(wait_and_remove, lambda _problem: None)
