"""The disks of a new machine: those of its image, as the request changes them, and those that the request adds.

moto makes no root disk when the request names another disk. It always names the root disk /dev/sda1, forgets
throughput, and keeps a root disk with changed numbers when its machine ends.
"""

from copy import deepcopy
from typing import Any

from moto.ec2.exceptions import MissingParameterError
from moto.ec2.models import EC2Backend
from moto.ec2.responses.instances import InstanceResponse

from local_aws.core.operations import ApiError, correction

from .ebs_volumes import refuse_problems
from .images import root_disk
from .whole import completed_snapshot


def install() -> None:
    """Makes moto read the disks of a request. `instances` corrects RunInstances itself."""
    correction(InstanceResponse, "_parse_block_device_mapping")(read_mappings)


def read_mappings(_original: Any, response: InstanceResponse) -> list[dict[str, Any]]:
    """Returns the disks as the request has them. moto would add defaults that are not AWS's."""
    return [dict(mapping) for mapping in response._get_param("BlockDeviceMappings", [])]


def run_with_disks(original: Any, backend: EC2Backend, image: Any, *args: Any, **keywords: Any) -> Any:
    """Gives every machine the root disk of its image, and every disk the speed that the request asks for."""
    named = keywords.get("launch_template")
    template = backend._get_template_from_args(named).data if named else {}
    asked = keywords.get("block_device_mappings") or template.get("BlockDeviceMappings") or []
    mappings = _disks(backend, image, asked)
    reservation = original(backend, *args, **{**keywords, "block_device_mappings": mappings})
    for instance in reservation.instances:
        for mapping in mappings:
            _set_speed(backend, instance, mapping)
    return reservation


def _disks(backend: EC2Backend, image: Any, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    root = {"DeviceName": image.root_device_name, "Ebs": root_disk(image)}
    disks = {disk["DeviceName"]: disk for disk in (root, *deepcopy(image.data_disks))}
    for mapping in asked:
        name, ebs = mapping["DeviceName"], mapping.get("Ebs", {})
        if name in disks and mapping.get("NoDevice") is None:
            disks[name]["Ebs"].update(ebs)
        elif mapping.get("NoDevice") is not None and name != root["DeviceName"]:
            disks.pop(name, None)
        elif mapping.get("NoDevice") is None and mapping.get("VirtualName") is None:
            disks[name] = {"DeviceName": name, "Ebs": _with_size(backend, ebs)}
    least = image.ebs_snapshot.volume_size
    if int(root["Ebs"]["VolumeSize"]) < least:
        raise ApiError(
            "InvalidBlockDeviceMapping",
            f"{root['Ebs']['VolumeSize']} GiB are fewer than in the image's snapshot '{image.ebs_snapshot.id}': "
            f"expected at least {least}",
        )
    for disk in disks.values():
        ebs = disk["Ebs"]
        if ebs.get("SnapshotId"):
            completed_snapshot(backend, ebs["SnapshotId"])
        refuse_problems(ebs.get("VolumeType") or "gp2", int(ebs["VolumeSize"]), ebs.get("Iops"), ebs.get("Throughput"))
    return list(disks.values())


def _with_size(backend: EC2Backend, ebs: dict[str, Any]) -> dict[str, Any]:
    if ebs.get("VolumeSize"):
        return ebs
    if not ebs.get("SnapshotId"):
        raise MissingParameterError("size or snapshotId")
    return {**ebs, "VolumeSize": backend.get_snapshot(ebs["SnapshotId"]).volume_size}


def _set_speed(backend: EC2Backend, instance: Any, mapping: dict[str, Any]) -> None:
    volume = backend.get_volume(instance.block_device_mapping[mapping["DeviceName"]].volume_id)
    volume.iops = int(mapping["Ebs"].get("Iops") or 0) or volume.iops
    volume.throughput = int(mapping["Ebs"].get("Throughput") or 0) or volume.throughput
