"""Instances.

moto takes images and key pairs that do not exist, and changes the type of a running machine. The mistake would show
only on AWS itself.
"""

from typing import Any

from botocore.session import get_session
from moto.ec2.exceptions import InvalidAMIIdError
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import InstanceBackend

from local_aws.core.operations import ApiError, correction

INSTANCE_TYPES = frozenset(get_session().get_service_model("ec2").shape_for("InstanceType").enum)
NEEDS_STOPPED = frozenset({"instance_type", "user_data", "kernel", "ramdisk"})


def install() -> None:
    """Makes moto refuse what EC2 refuses."""
    correction(InstanceBackend, "run_instances")(refuse_what_is_not_there)
    correction(InstanceBackend, "modify_instance_attribute")(refuse_while_running)


def refuse_what_is_not_there(original: Any, backend: EC2Backend, image_id: str, *args: Any, **keywords: Any) -> Any:
    """Requires an image, a key pair and a type that exist."""
    named = keywords.get("launch_template")
    wanted = image_id or (backend._get_template_from_args(named).image_id if named else None)
    if wanted not in backend.amis:
        raise InvalidAMIIdError([wanted])
    key = keywords.get("key_name")
    if key and key not in backend.key_pairs:
        raise ApiError("InvalidKeyPair.NotFound", f"the key pair '{key}' does not exist")
    _require_type(keywords["instance_type"])
    return original(backend, image_id, *args, **keywords)


def refuse_while_running(original: Any, backend: EC2Backend, instance_id: str, key: str, value: Any) -> Any:
    """Requires a stopped machine for a change that EC2 makes only then."""
    if key in NEEDS_STOPPED and backend.get_instance(instance_id).state != "stopped":
        raise ApiError("IncorrectInstanceState", f"the instance '{instance_id}' is not in the 'stopped' state")
    if key == "instance_type":
        _require_type(value)
    return original(backend, instance_id, key, value)


def _require_type(instance_type: str) -> None:
    # moto's list lacks the newest types; botocore's has them.
    if instance_type not in INSTANCE_TYPES:
        raise ApiError("InvalidParameterValue", f"invalid value '{instance_type}' for InstanceType")
