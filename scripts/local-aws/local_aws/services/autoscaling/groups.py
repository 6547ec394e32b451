"""Auto Scaling groups.

moto forgets half of a group's settings, launches the default version of a template whatever version the group names,
puts all instances into one subnet, and deletes a group that has instances.
"""

import itertools
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.utils import camelcase_to_underscores

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import ApiError, correction

# Settings that a group keeps and returns. None of them changes which instances it launches here.
KEPT = (
    "AvailabilityZoneDistribution",
    "AvailabilityZoneImpairmentPolicy",
    "CapacityRebalance",
    "CapacityReservationSpecification",
    "Context",
    "DefaultCooldown",
    "DefaultInstanceWarmup",
    "DeletionProtection",
    "DesiredCapacityType",
    "InstanceMaintenancePolicy",
    "MaxInstanceLifetime",
    "PlacementGroup",
    "ServiceLinkedRoleARN",
    "TerminationPolicies",
)


def install() -> None:
    """Makes a group what its settings say."""
    correction(AutoScalingResponse, "create_auto_scaling_group")(keep_settings)
    correction(AutoScalingResponse, "update_auto_scaling_group")(keep_settings)
    correction(AutoScalingResponse, "delete_auto_scaling_group")(delete_group)
    correction(FakeAutoScalingGroup, "replace_autoscaling_group_instances")(launch)
    # A group changes at once here: it has no activities that are under way, and no cooldown.
    may_be_ignored(
        "autoscaling", "DescribeScalingActivities", "AutoScalingGroupName", "IncludeDeletedGroups", "Filters"
    )
    may_be_ignored("autoscaling", "SetDesiredCapacity", "HonorCooldown")
    # There is one granularity.
    may_be_ignored("autoscaling", "EnableMetricsCollection", "Granularity")


def keep_settings(original: Any, response: AutoScalingResponse) -> Any:
    """Keeps what moto forgets."""
    answer = original(response)
    group = response.autoscaling_backend.autoscaling_groups[response._get_param("AutoScalingGroupName")]
    for name in KEPT:
        value = response._get_param(name)
        if value is not None:
            setattr(group, _attribute(name), value)
    return answer


def delete_group(original: Any, response: AutoScalingResponse) -> Any:
    """Requires a group without instances, or ends them when the request is forced."""
    group = response.autoscaling_backend.autoscaling_groups.get(response._get_param("AutoScalingGroupName"))
    if group is not None and group.instance_states and not response._get_bool_param("ForceDelete", False):
        raise ApiError(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still "
            "in the group.",
        )
    if group is not None and group.instance_states:
        # moto leaves instances that are protected from scaling in.
        group.ec2_backend.terminate_instances([each.instance.id for each in group.instance_states])
        group.instance_states = []
    return original(response)


def launch(_original: Any, group: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]) -> None:
    """Launches instances from the group's version of its template, in its subnets by turns."""
    tags = {**propagated_tags, "aws:autoscaling:groupName": group.name, **group.instance_tags}
    template = group.ec2_launch_template
    named = {"LaunchTemplateId": template.id, "Version": str(_version(group))} if template else None
    subnets = group.vpc_zone_identifier.split(",") if group.vpc_zone_identifier else [None]
    taken = len(group.instance_states)
    for subnet_id in itertools.islice(itertools.cycle(subnets), taken, taken + count_needed):
        reservation = group.ec2_backend.run_instances(
            group.image_id,
            1,
            group.user_data,
            group.security_groups,
            instance_type=group.instance_type,
            tags={"instance": tags},
            placement=None if subnet_id else group.availability_zones[0],
            launch_config=group.launch_config,
            launch_template=named,
            is_instance_type_default=False,
            associate_public_ip=group.launch_config.associate_public_ip_address if group.launch_config else None,
            subnet_id=subnet_id,
            region_name=group.region,
        )
        for instance in reservation.instances:
            instance.autoscaling_group = group
            group.instance_states.append(
                InstanceState(instance, protected_from_scale_in=group.new_instances_protected_from_scale_in)
            )


def _version(group: FakeAutoScalingGroup) -> int:
    # moto answers with the number that "$Latest" or "$Default" means now.
    return group.ec2_launch_template.get_version(group.launch_template_version).number


def _attribute(name: str) -> str:
    return camelcase_to_underscores(name)
