"""A missing call fails at once with its name, in the protocol of its service. Health lists it."""

import time

import pytest
from botocore.exceptions import ClientError

CASES = {
    "ec2:DescribeVerifiedAccessGroups": ("ec2", "describe_verified_access_groups", {}),
    "workspaces:DescribeConnectionAliases": ("workspaces", "describe_connection_aliases", {}),
    "elasticfilesystem:DescribeReplicationConfigurations": ("efs", "describe_replication_configurations", {}),
    "elasticbeanstalk:ListPlatformBranches": ("elasticbeanstalk", "list_platform_branches", {}),
    "braket:SearchDevices": ("braket", "search_devices", {"filters": []}),
    "gamelift:ListFleets": ("gamelift", "list_fleets", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_fails_at_once_with_its_name(aws, name):
    service, method, parameters = CASES[name]
    started = time.monotonic()
    with pytest.raises(ClientError) as caught:
        getattr(aws.client(service), method)(**parameters)
    assert time.monotonic() - started < 60
    answer = caught.value.response
    assert (answer["Error"]["Code"], answer["Error"]["Message"]) == ("NotImplementedByLocalAws", name)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert name in aws.health()["missing"]


def test_fails_with_the_name_of_a_filter_that_is_missing(aws):
    with pytest.raises(ClientError, match="ec2:DescribeVolumes with filter fast-restored"):
        aws.client("ec2").create_volume(Size=1, AvailabilityZone="eu-west-1a")
        aws.client("ec2").describe_volumes(Filters=[{"Name": "fast-restored", "Values": ["true"]}])


IGNORED = {
    "ec2:RunInstances with CpuOptions": (
        "ec2",
        "run_instances",
        {"MinCount": 1, "MaxCount": 1, "CpuOptions": {"CoreCount": 1}},
    ),
    "kms:EnableKeyRotation with RotationPeriodInDays": (
        "kms",
        "enable_key_rotation",
        {"KeyId": "alias/none", "RotationPeriodInDays": 90},
    ),
    "autoscaling:SetInstanceHealth with ShouldRespectGracePeriod": (
        "autoscaling",
        "set_instance_health",
        {"InstanceId": "i-1", "HealthStatus": "Healthy", "ShouldRespectGracePeriod": True},
    ),
    "elasticfilesystem:CreateMountTarget with IpAddressType": (
        "efs",
        "create_mount_target",
        {"FileSystemId": "fs-0123456789abcdef0", "SubnetId": "subnet-0123456789abcdef0", "IpAddressType": "DUAL_STACK"},
    ),
}


@pytest.mark.parametrize("name", IGNORED)
def test_fails_with_the_name_of_a_parameter_that_would_be_ignored(aws, name):
    service, method, parameters = IGNORED[name]
    with pytest.raises(ClientError) as caught:
        getattr(aws.client(service), method)(**parameters)
    error = caught.value.response["Error"]
    assert (error["Code"], error["Message"]) == ("NotImplementedByLocalAws", name)
    assert name in aws.health()["missing"]


def test_a_parameter_that_asks_for_nothing_is_no_reason_to_refuse(aws):
    aws.client("ec2").create_volume(Size=1, AvailabilityZone="eu-west-1a", DryRun=False, ClientToken="once")


def test_nothing_is_listed_before_something_was_missing(start, tmp_path):
    assert start(tmp_path / "home").health()["missing"] == []
