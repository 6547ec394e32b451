"""Volumes.

moto takes sizes, zones and speeds that EBS refuses, so that a mistake would show only on AWS itself.
"""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_block_store import EBSBackend, Volume
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from local_aws.core.operations import ApiError, correction

from .ebs_limits import GP3_FREE_IOPS, gp2_iops, problems
from .whole import completed_snapshot

GP3_FREE_THROUGHPUT = 125


def install() -> None:
    """Makes moto refuse what EBS refuses, and return what it leaves out."""
    correction(ElasticBlockStore, "create_volume")(create_volume)
    correction(EBSBackend, "create_volume")(fill_defaults)
    correction(Volume, "get_filter_value")(filter_by_type)


def create_volume(original: Any, response: ElasticBlockStore) -> Any:
    """Refuses what EBS refuses. Without a size in the request, the limits are those of the snapshot's size."""
    backend, get = response.ec2_backend, response._get_param
    zone, snapshot_id, size = get("AvailabilityZone"), get("SnapshotId"), get("Size")
    if backend.get_zone_by_name(zone) is None:
        zones = ", ".join(each.name for each in backend.describe_availability_zones())
        raise ApiError("InvalidZone.NotFound", f"the zone '{zone}' does not exist in {response.region}: it has {zones}")
    if snapshot_id:
        least = completed_snapshot(backend, snapshot_id).volume_size
        if size is not None and int(size) < least:
            raise ApiError(
                "InvalidParameterValue",
                f"volume of {size} GiB is smaller than snapshot '{snapshot_id}': expected at least {least} GiB",
            )
        size = size if size is not None else least
    if size is not None:
        refuse_problems(get("VolumeType") or "gp2", int(size), get("Iops"), get("Throughput"))
    return original(response)


def fill_defaults(original: Any, backend: EC2Backend, *args: Any, **keywords: Any) -> Volume:
    """Gives a volume the speed of its type, and encrypts it when its snapshot is, or the account's default says so.

    The key is the snapshot's, unless the request names another.
    """
    if getattr(backend, "ebs_encryption_by_default", False) and not keywords.get("encrypted"):
        keywords["encrypted"] = True
    snapshot_id = keywords.get("snapshot_id")
    snapshot = backend.get_snapshot(snapshot_id) if snapshot_id else None
    if snapshot and snapshot.encrypted and not keywords.get("kms_key_id"):
        keywords.update(encrypted=True, kms_key_id=snapshot.kms_key_id)
    volume = original(backend, *args, **keywords)
    fill_speed(volume)
    return volume


def filter_by_type(original: Any, volume: Volume, filter_name: str, method_name: str | None = None) -> Any:
    """Adds two filters that moto lacks."""
    if filter_name == "volume-type":
        return volume.volume_type
    if filter_name == "attachment.delete-on-termination" and volume.attachment:
        mapping = volume.attachment.instance.block_device_mapping
        return str(mapping[volume.attachment.device].delete_on_termination).lower()
    return original(volume, filter_name, method_name)


def refuse_problems(kind: str, size: int, iops: int | str | None, throughput: int | str | None) -> None:
    """Raises ApiError for the first thing that EBS refuses."""
    numbers = (int(iops) if iops else None, int(throughput) if throughput else None)
    for code, message in problems(kind, size, *numbers):
        raise ApiError(code, message)


def fill_speed(volume: Volume) -> None:
    """Gives a volume the speed that comes with its type and size."""
    if volume.volume_type == "gp3":
        volume.iops = volume.iops or GP3_FREE_IOPS
        volume.throughput = volume.throughput or GP3_FREE_THROUGHPUT
    elif volume.volume_type == "gp2":
        volume.iops = gp2_iops(int(volume.size))
