"""What moto lacks of making images: data disks, snapshot tags, deprecation, IMDSv2, encryption."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.amis import Ami
from moto.ec2.responses.amis import AmisResponse

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import ApiError, Call, correction, operation


def install() -> None:
    """Adds two calls, and corrects three."""
    # An image that was made before has none of them.
    Ami.deprecation_time = Ami.imds_support = Ami.source = None
    correction(EC2Backend, "create_image")(create_image)
    correction(EC2Backend, "copy_image")(copy_image)
    operation(AmisResponse, "EnableImageDeprecation", ec2_backends)(enable_image_deprecation)
    operation(AmisResponse, "DisableImageDeprecation", ec2_backends)(disable_image_deprecation)
    correction(AmisResponse, "modify_image_attribute")(modify_image_attribute)
    # It only says which other parameter there is.
    may_be_ignored("ec2", "ModifyImageAttribute", "Attribute")
    # The owner of an image sees it also when it is deprecated, and no image of others is.
    may_be_ignored("ec2", "DescribeImages", "IncludeDeprecated")
    # Only machines reboot, and `machines` reads it.
    may_be_ignored("ec2", "CreateImage", "NoReboot")


def create_image(original: Any, backend: EC2Backend, instance_id: str, *args: Any, **keywords: Any) -> Ami:
    """Takes every attached disk, as EC2 does, tags for the snapshots, and the encryption of the machine."""
    asked = keywords.pop("tag_specifications", [])
    ours = [each for each in asked if each["ResourceType"] != "snapshot"]
    image = original(backend, instance_id, *args, tag_specifications=ours, **keywords)
    image.source = backend.amis.get(backend.get_instance(instance_id).image_id)
    image.ebs_snapshot.encrypted = _root_encrypted(backend, instance_id)
    image.data_disks = [*_data_disks(backend, backend.get_instance(instance_id), image)]
    snapshots = [image.ebs_snapshot, *(backend.get_snapshot(disk["Ebs"]["SnapshotId"]) for disk in image.data_disks)]
    for specification in asked:
        if specification["ResourceType"] == "snapshot":
            for snapshot in snapshots:
                snapshot.add_tags({tag["Key"]: tag["Value"] for tag in specification["Tags"]})
    return image


def _data_disks(backend: EC2Backend, instance: Any, image: Ami) -> Iterator[dict[str, Any]]:
    for device, block in instance.get_block_device_mapping:
        if device == instance.root_device_name:
            continue
        volume = backend.get_volume(block.volume_id)
        snapshot = backend.create_snapshot(volume.id, f"Created by CreateImage({instance.id}) for {image.id}")
        disk = {
            "SnapshotId": snapshot.id,
            "VolumeSize": int(volume.size),
            "VolumeType": volume.volume_type,
            "DeleteOnTermination": block.delete_on_termination,
            "Encrypted": bool(volume.encrypted),
            "Iops": volume.iops,
            "Throughput": volume.throughput,
        }
        ebs = {name: value for name, value in disk.items() if value is not None}
        yield {"DeviceName": device, "Ebs": ebs}


def copy_image(
    original: Any, backend: EC2Backend, source_image_id: str, source_region: str, *args: Any, **keywords: Any
) -> Ami:
    """Copies the disks of the image too. An image keeps its source, also when that is deregistered."""
    image = original(backend, source_image_id, source_region, *args, **keywords)
    image.source = source = ec2_backends[backend.account_id][source_region].amis[source_image_id]
    image.data_disks = deepcopy(source.data_disks)
    for disk in image.data_disks:
        copied = backend.copy_snapshot(disk["Ebs"]["SnapshotId"], source_region, f"Copied for {image.id}", None)
        disk["Ebs"]["SnapshotId"] = copied.id
    return image


def _root_encrypted(backend: EC2Backend, instance_id: str) -> bool:
    instance = backend.get_instance(instance_id)
    root = instance.block_device_mapping.get(instance.root_device_name)
    return bool(root and backend.get_volume(root.volume_id).encrypted)


def enable_image_deprecation(call: Call) -> dict[str, Any]:
    """Sets the date from which an image is deprecated. It still boots."""
    # AWS rounds to the minute too.
    _image(call).deprecation_time = f"{call.parameters['DeprecateAt']:%Y-%m-%dT%H:%M:00.000Z}"
    return {"Return": True}


def disable_image_deprecation(call: Call) -> dict[str, Any]:
    """Removes the date."""
    _image(call).deprecation_time = None
    return {"Return": True}


def _image(call: Call) -> Ami:
    image = call.backend.amis.get(call.parameters["ImageId"])
    if image is None:
        raise ApiError("InvalidAMIID.NotFound", f"The image id '[{call.parameters['ImageId']}]' does not exist")
    return image


def modify_image_attribute(original: Any, response: AmisResponse) -> ActionResult:
    """Sets Description and ImdsSupport, which moto ignores."""
    found = False
    for parameter, attribute in (("Description", "description"), ("ImdsSupport", "imds_support")):
        value = response._get_param(parameter, {}).get("Value")
        if value is not None:
            setattr(response.ec2_backend.describe_images([response._get_param("ImageId")])[0], attribute, value)
            found = True
    return ActionResult({"Return": True}) if found else original(response)
