"""Refuses to take bytes from what is not whole yet: a pending snapshot or image, a volume that is being made.

moto takes them. A volume from a pending snapshot would be blank, and the next machine would format it.
"""

from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_block_store import EBSBackend, Snapshot
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from local_aws.core.operations import ApiError, correction


def install() -> None:
    """Makes moto refuse what EC2 refuses. `ebs_volumes`, `ebs_modifications` and `instances` refuse the rest."""
    correction(EBSBackend, "create_snapshot")(create_snapshot)
    correction(EBSBackend, "copy_snapshot")(copy_snapshot)
    correction(ElasticBlockStore, "delete_volume")(delete_volume)
    correction(AmisResponse, "create_image")(create_image)
    correction(AmisResponse, "copy_image")(copy_image)


def completed_snapshot(backend: EC2Backend, snapshot_id: str) -> Snapshot:
    """Returns a snapshot. Raises ApiError when it does not exist or is not complete."""
    snapshot = backend.get_snapshot(snapshot_id)
    if snapshot.status != "completed":
        raise ApiError("IncorrectState", f"snapshot '{snapshot_id}' is {snapshot.status}: expected completed")
    return snapshot


def require_made(backend: EC2Backend, volume_id: str) -> None:
    """Raises ApiError for a volume that is being made, or could not be made."""
    status = backend.get_volume(volume_id).status
    if status not in ("available", "in-use"):
        raise ApiError("IncorrectState", f"volume '{volume_id}' is {status}: expected available or in-use")


def require_available(backend: EC2Backend, image_id: str) -> None:
    """Raises ApiError for an image that exists and is not available."""
    image = backend.amis.get(image_id)
    if image and image.state != "available":
        raise ApiError("InvalidAMIID.Unavailable", f"the image '{image_id}' is {image.state}: expected available")


def create_snapshot(original: Any, backend: EC2Backend, volume_id: str, *args: Any, **keywords: Any) -> Snapshot:
    """Requires a volume that is made."""
    require_made(backend, volume_id)
    return original(backend, volume_id, *args, **keywords)


def copy_snapshot(
    original: Any, backend: EC2Backend, source_snapshot_id: str, source_region: str, *args: Any, **keywords: Any
) -> Snapshot:
    """Requires a complete snapshot."""
    completed_snapshot(ec2_backends[backend.account_id][source_region], source_snapshot_id)
    return original(backend, source_snapshot_id, source_region, *args, **keywords)


def delete_volume(original: Any, response: ElasticBlockStore) -> Any:
    """Requires a volume that is not being made."""
    volume = response.ec2_backend.get_volume(response._get_param("VolumeId"))
    if volume.status == "creating":
        raise ApiError("IncorrectState", f"volume '{volume.id}' is creating: wait until it is available")
    return original(response)


def create_image(original: Any, response: AmisResponse) -> Any:
    """Requires a machine that is on or off, and volumes that are made."""
    instance = response.ec2_backend.get_instance(response._get_param("InstanceId"))
    if instance.state not in ("running", "stopped"):
        raise ApiError("IncorrectState", f"instance '{instance.id}' is {instance.state}: expected running or stopped")
    for _device, block in instance.get_block_device_mapping:
        require_made(response.ec2_backend, block.volume_id)
    return original(response)


def copy_image(original: Any, response: AmisResponse) -> Any:
    """Requires an available image."""
    backend = ec2_backends[response.current_account][response._get_param("SourceRegion")]
    require_available(backend, response._get_param("SourceImageId"))
    return original(response)
