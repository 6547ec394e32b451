"""Auto Scaling groups: what they keep, and what they launch."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def autoscaling(aws):
    return aws.client("autoscaling")


@pytest.fixture(scope="module")
def template_id(ec2):
    named = [{"Name": "name", "Values": ["debian-13-amd64-*"]}]
    image = ec2.describe_images(Owners=["136693071363"], Filters=named)["Images"][0]["ImageId"]
    made = ec2.create_launch_template(
        LaunchTemplateName="group", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.small"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    ec2.create_launch_template_version(
        LaunchTemplateId=made, LaunchTemplateData={"ImageId": image, "InstanceType": "t3.medium"}
    )
    return made


@pytest.fixture
def group(autoscaling, ec2, template_id):
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="group", MinSize=0, MaxSize=4, DesiredCapacity=2, VPCZoneIdentifier=",".join(subnets),
        LaunchTemplate={"LaunchTemplateId": template_id, "Version": "2"}, MaxInstanceLifetime=86_400,
    )  # fmt: skip
    yield subnets
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="group", ForceDelete=True)


def told(autoscaling):
    return autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["group"])["AutoScalingGroups"][0]


def test_instances_come_from_the_named_version_into_all_subnets(autoscaling, ec2, group):
    ids = [each["InstanceId"] for each in told(autoscaling)["Instances"]]
    reservations = ec2.describe_instances(InstanceIds=ids)["Reservations"]
    instances = [instance for each in reservations for instance in each["Instances"]]
    assert {instance["InstanceType"] for instance in instances} == {"t3.medium"}
    assert {instance["SubnetId"] for instance in instances} == set(group)
    tags = {tag["Key"]: tag["Value"] for tag in instances[0]["Tags"]}
    assert tags["aws:autoscaling:groupName"] == "group"


def test_a_group_keeps_its_settings(autoscaling, group):
    autoscaling.update_auto_scaling_group(AutoScalingGroupName="group", TerminationPolicies=["OldestInstance"])
    assert (told(autoscaling)["MaxInstanceLifetime"], told(autoscaling)["TerminationPolicies"]) == (
        86_400,
        ["OldestInstance"],
    )


def test_fails_to_delete_a_group_that_has_instances(autoscaling, group):
    with pytest.raises(ClientError, match="ResourceInUse"):
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName="group")


@pytest.mark.parametrize("force", [True, False])
def test_a_group_without_instances_is_deleted(autoscaling, template_id, force):
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName="empty", MinSize=0, MaxSize=1, AvailabilityZones=["eu-west-1a"],
        LaunchTemplate={"LaunchTemplateId": template_id},
    )  # fmt: skip
    autoscaling.delete_auto_scaling_group(AutoScalingGroupName="empty", ForceDelete=force)
    assert autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=["empty"])["AutoScalingGroups"] == []
