"""Launch templates, and what an instance takes from one.

moto returns the tags of a template as if they were tags of its instances, so that every plan drifts. Later tags of a
template are lost. An instance takes few things from its template: no role, no interfaces, no metadata options.
"""

import copy
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateVersion
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import convert_tag_spec, parse_user_data

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.operations import correction

# What an instance takes from a template under another name of moto's.
_KEYWORDS = {
    "DisableApiStop": "disable_api_stop",
    "DisableApiTermination": "disable_api_termination",
    "EbsOptimized": "ebs_optimized",
    "HibernationOptions": "hibernation_options",
    "InstanceInitiatedShutdownBehavior": "instance_initiated_shutdown_behavior",
    "KeyName": "key_name",
    "NetworkInterfaces": "nics",
}
# What moto takes itself, or `filled_from` and `give_rest` take.
_TAKEN = frozenset(
    {
        *("BlockDeviceMappings", "ImageId", "SecurityGroupIds", "SecurityGroups", "UserData"),
        *("CreditSpecification", "IamInstanceProfile", "InstanceType", "MetadataOptions", "Monitoring", "Placement"),
        "TagSpecifications",
    }
)


def install() -> None:
    """Makes a template return what it was given."""
    LaunchTemplate.tags = property(LaunchTemplate.get_tags, lambda _template, _tags: None)
    correction(LaunchTemplates, "create_launch_template")(keep_own_tags_apart)
    correction(LaunchTemplates, "create_launch_template_version")(decode_user_data)


def keep_own_tags_apart(original: Any, response: LaunchTemplates) -> ActionResult:
    """Leaves the tags of the template itself out of its data."""
    asked = copy.deepcopy(response._get_param("LaunchTemplateData", {}).get("TagSpecifications"))
    answer = original(response)
    data = (
        response.ec2_backend.get_launch_template(answer.result["LaunchTemplate"]["LaunchTemplateId"]).versions[0].data
    )
    data.pop("TagSpecifications", None)
    if asked:
        data["TagSpecifications"] = asked
    return answer


def decode_user_data(original: Any, response: LaunchTemplates) -> ActionResult:
    """Keeps the user data of a later version as moto keeps that of the first."""
    data = response._get_param("LaunchTemplateData", {})
    if data.get("UserData") is not None:
        data["UserData"] = parse_user_data(data["UserData"])
    return original(response)


def template_of(backend: EC2Backend, keywords: dict[str, Any]) -> LaunchTemplateVersion | None:
    """Returns the version of the launch template that a launch names."""
    named = keywords.get("launch_template")
    return backend._get_template_from_args(named) if named else None


def filled_from(template: LaunchTemplateVersion, keywords: dict[str, Any]) -> dict[str, Any]:
    """Returns the keywords of a launch with those of its template. What the launch itself says comes first.

    Raises ParameterIgnored for what no instance takes from a template here.
    """
    data, filled = template.data, dict(keywords)
    unknown = [name for name, value in data.items() if value and name not in _TAKEN and name not in _KEYWORDS]
    if unknown:
        raise ParameterIgnored([f"LaunchTemplateData.{name}" for name in unknown])
    for name, keyword in _KEYWORDS.items():
        if data.get(name) and not filled.get(keyword):
            filled[keyword] = data[name]
    if data.get("Monitoring", {}).get("Enabled"):
        filled["monitoring_state"] = "enabled"
    if data.get("InstanceType") and filled.get("is_instance_type_default"):
        filled.update(instance_type=data["InstanceType"], is_instance_type_default=False)
    filled["placement"] = filled.get("placement") or data.get("Placement", {}).get("AvailabilityZone")
    of_volumes = convert_tag_spec(data.get("TagSpecifications", [])).get("volume", {})
    tags = filled.get("tags") or {}
    filled["tags"] = {**tags, "volume": {**of_volumes, **tags.get("volume", {})}}
    return filled


def give_rest(template: LaunchTemplateVersion, keywords: dict[str, Any], instances: list[Any]) -> None:
    """Gives new instances the credits and the role of their template. A role in the request comes later, from moto."""
    profile = template.data.get("IamInstanceProfile") or {}
    has_role = keywords.get("iam_instance_profile_arn") or keywords.get("iam_instance_profile_name")
    for instance in instances:
        instance.cpu_credits = template.data.get("CreditSpecification", {}).get("CpuCredits")
        if profile and not has_role:
            instance.ec2_backend.associate_iam_instance_profile(
                instance_id=instance.id,
                iam_instance_profile_arn=profile.get("Arn"),
                iam_instance_profile_name=profile.get("Name"),
            )
