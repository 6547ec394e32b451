"""Instances.

moto takes images and key pairs that do not exist, an image of another architecture than the type's, and changes the
type of a running machine. The mistake would show only on AWS itself. It makes the smallest number of instances that a
request allows, gives the role to the first alone, and cannot change what an instance's own shutdown does.
"""

from typing import Any

from botocore.session import get_session
from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import InvalidAMIIdError
from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import Ami
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.responses.instances import InstanceResponse

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import ApiError, correction

from . import block_devices, launch_templates
from .architectures import architectures
from .metadata_options import completed_options
from .whole import require_available

INSTANCE_TYPES = frozenset(get_session().get_service_model("ec2").shape_for("InstanceType").enum)
SHUTDOWN_BEHAVIOR = "InstanceInitiatedShutdownBehavior"
SHUTDOWN_BEHAVIORS = frozenset({"stop", "terminate"})
NEEDS_STOPPED = frozenset({"instance_type", "user_data", "kernel", "ramdisk"})


def install() -> None:
    """Makes moto refuse what EC2 refuses."""
    correction(InstanceResponse, "run_instances")(run_as_many_as_asked)
    correction(InstanceResponse, "modify_instance_attribute")(modify_instance_attribute)
    correction(InstanceBackend, "run_instances")(run_instances)
    correction(InstanceBackend, "modify_instance_attribute")(refuse_while_running)
    # The console of a machine is always its latest.
    may_be_ignored("ec2", "GetConsoleOutput", "Latest")
    # There are no reservations of capacity that an instance could use.
    may_be_ignored("ec2", "RunInstances", "CapacityReservationSpecification")
    # A machine that does not go down in time is powered off, forced or not.
    for call in ("StopInstances", "TerminateInstances"):
        may_be_ignored("ec2", call, "Force")


def run_as_many_as_asked(original: Any, response: InstanceResponse) -> ActionResult:
    """Makes as many instances as the request allows, each with what the request says."""
    least, most = (response._get_int_param(name) or 1 for name in ("MinCount", "MaxCount"))
    if most < least:
        raise ApiError("InvalidParameterValue", f"MaxCount {most} is smaller than MinCount {least}")
    response.params["MinCount"] = most
    answer = original(response)
    first, *others = answer.result.instances
    credits_asked = response._get_param("CreditSpecification.CpuCredits")
    for instance in (first, *others):
        instance.cpu_credits = credits_asked or instance.cpu_credits
        instance.disable_api_termination = (
            response._get_bool_param("DisableApiTermination", False) or instance.disable_api_termination
        )
    profile = response._get_param("IamInstanceProfile", {})
    for instance in others if any(profile.values()) else ():
        response.ec2_backend.associate_iam_instance_profile(
            instance_id=instance.id,
            iam_instance_profile_arn=profile.get("Arn"),
            iam_instance_profile_name=profile.get("Name"),
        )
    return answer


def modify_instance_attribute(original: Any, response: InstanceResponse) -> ActionResult:
    """Changes what happens to an instance that shuts itself down, too. EC2 does that while it runs."""
    behavior = response._get_param(f"{SHUTDOWN_BEHAVIOR}.Value")
    if behavior is None:
        return original(response)
    if behavior not in SHUTDOWN_BEHAVIORS:
        raise ApiError("InvalidParameterValue", f"Value ({behavior}) for parameter {SHUTDOWN_BEHAVIOR} is invalid.")
    response.error_on_dryrun()
    instance_id = response._get_param("InstanceId")
    response.ec2_backend.modify_instance_attribute(instance_id, "instance_initiated_shutdown_behavior", behavior)
    return EmptyResult()


def run_instances(original: Any, backend: EC2Backend, image_id: str, *args: Any, **keywords: Any) -> Any:
    """Requires an image, a key pair and a type that exist and fit, and takes what the launch template says."""
    template = launch_templates.template_of(backend, keywords)
    if template:
        keywords = launch_templates.filled_from(template, keywords)
    keywords["metadata_options"] = completed_options(keywords, template.data if template else {})
    wanted = image_id or (template.image_id if template else None)
    if wanted not in backend.amis:
        raise InvalidAMIIdError([wanted])
    require_available(backend, wanted)
    key = keywords.get("key_name")
    if key and key not in backend.key_pairs:
        raise ApiError("InvalidKeyPair.NotFound", f"the key pair '{key}' does not exist")
    _require_type(keywords["instance_type"])
    _require_same_architecture(keywords["instance_type"], backend.amis[wanted])
    reservation = block_devices.run_with_disks(original, backend, backend.amis[wanted], image_id, *args, **keywords)
    if template:
        launch_templates.give_rest(template, keywords, reservation.instances)
    return reservation


def refuse_while_running(original: Any, backend: EC2Backend, instance_id: str, key: str, value: Any) -> Any:
    """Requires a stopped machine for a change that EC2 makes only then."""
    instance = backend.get_instance(instance_id)
    if key in NEEDS_STOPPED and instance.state != "stopped":
        raise ApiError("IncorrectInstanceState", f"the instance '{instance_id}' is not in the 'stopped' state")
    if key == "instance_type":
        _require_type(value)
        _require_same_architecture(value, backend.amis.get(instance.image_id))
    return original(backend, instance_id, key, value)


def _require_type(instance_type: str) -> None:
    # moto's list lacks the newest types; botocore's has them.
    if instance_type not in INSTANCE_TYPES:
        raise ApiError("InvalidParameterValue", f"invalid value '{instance_type}' for InstanceType")


def _require_same_architecture(instance_type: str, image: Ami | None) -> None:
    known = architectures(instance_type)
    if known and image is not None and image.architecture not in known:
        raise ApiError(
            "InvalidParameterValue",
            f"The architecture '{known[-1]}' of the specified instance type does not match the architecture "
            f"'{image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching "
            "architectures, and try again.",
        )
