"""Attaching and detaching.

moto attaches a volume to two machines at once, or to one in another zone. It fails to detach when the request names no
machine; AWS finds the machine itself.
"""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_block_store import EBSBackend
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from local_aws.core.operations import ApiError, correction


def install() -> None:
    """Makes moto refuse what EC2 refuses."""
    correction(EBSBackend, "attach_volume")(refuse_wrong_attachment)
    correction(ElasticBlockStore, "detach_volume")(find_instance)


def refuse_wrong_attachment(
    original: Any, backend: EC2Backend, volume_id: str, instance_id: str, device_path: str, *args: Any, **keywords: Any
) -> Any:
    """Requires a free volume, a machine that exists in the volume's zone, and a free device."""
    volume, instance = backend.get_volume(volume_id), backend.get_instance(instance_id)
    zone = volume.availability_zone
    if volume.attachment:
        raise ApiError("VolumeInUse", f"{volume_id} is already attached to instance {volume.attachment.instance.id}")
    if volume.status != "available":
        raise ApiError("IncorrectState", f"volume '{volume_id}' is {volume.status}: expected available")
    if instance.state not in ("running", "stopped"):
        raise ApiError("IncorrectState", f"instance '{instance_id}' is {instance.state}: expected running or stopped")
    if zone and zone != instance.availability_zone:
        raise ApiError(
            "InvalidVolume.ZoneMismatch",
            f"the volume '{volume_id}' is in {zone}, and instance '{instance_id}' in {instance.availability_zone}",
        )
    if device_path in instance.block_device_mapping:
        raise ApiError(
            "InvalidParameterValue",
            f"invalid value '{device_path}' for unixDevice: attachment point {device_path} is already in use",
        )
    return original(backend, volume_id, instance_id, device_path, *args, **keywords)


def find_instance(original: Any, response: ElasticBlockStore) -> Any:
    """Finds the machine of the volume when the request does not name it."""
    volume = response.ec2_backend.get_volume(response._get_param("VolumeId"))
    if not volume.attachment:
        raise ApiError("IncorrectState", f"volume '{volume.id}' is in the 'available' state: it is attached to nothing")
    instance = volume.attachment.instance
    if instance.state == "pending":
        raise ApiError("IncorrectState", f"instance '{instance.id}' is pending: wait until it is running")
    if volume.attachment.device == instance.root_device_name and instance.state == "running":
        raise ApiError(
            "OperationNotPermitted", f"unable to detach root volume '{volume.id}' from instance '{instance.id}'"
        )
    if not response._get_param("InstanceId"):
        response.params["InstanceId"] = instance.id
    return original(response)
