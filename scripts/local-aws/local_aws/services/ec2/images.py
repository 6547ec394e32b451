"""The disks of an image. Of every root disk, moto says 15 GiB, "standard", kept when the machine ends.

A machine's root disk would differ from what its image says in device, size and type, and plans would drift.
"""

from typing import Any

from moto.ec2.models.amis import Ami

from local_aws.core.operations import correction

from .debian_images import ROOT_SIZE_GIB, is_debian


def install() -> None:
    """Makes every image return its own disks."""
    Ami.block_device_mappings = property(_mappings)
    # The disks of an image beside its root disk. Only images that were made here have any.
    Ami.data_disks = ()
    correction(Ami, "__init__")(know_root_size)


def know_root_size(original: Any, image: Ami, *args: Any, **keywords: Any) -> None:
    """Takes the size of the root disk from the source of the image. moto's own images keep theirs."""
    original(image, *args, **keywords)
    size = _size_of_origin(image)
    if size:
        image.ebs_snapshot.volume.size = size


def root_disk(image: Ami) -> dict[str, Any]:
    """Returns the root disk of a machine from this image, as AWS's `Ebs` structure."""
    return {
        "DeleteOnTermination": True,
        "VolumeSize": image.ebs_snapshot.volume_size,
        "VolumeType": "gp3",
        "Encrypted": bool(image.ebs_snapshot.encrypted),
    }


def _mappings(image: Ami) -> list[dict[str, Any]]:
    disk = {"SnapshotId": image.ebs_snapshot.id, **root_disk(image)}
    return [{"DeviceName": image.root_device_name, "Ebs": disk}, *image.data_disks]


def _size_of_origin(image: Ami) -> int | None:
    if is_debian(image):
        return ROOT_SIZE_GIB
    instance = getattr(image, "instance", None)
    if instance is None:
        return None
    image.root_device_name = instance.root_device_name
    image.root_device_type = instance.root_device_type
    root = instance.block_device_mapping.get(instance.root_device_name)
    return image.ec2_backend.get_volume(root.volume_id).size if root else None
