"""Who may take a snapshot: the user's own key, and roles whose policies allow it."""

import json
import uuid

import boto3
import pytest
from botocore.exceptions import ClientError

REGION = "eu-west-1"
VERSION = "2012-10-17"
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
TAGS = [{"ResourceType": "snapshot", "Tags": [{"Key": "Name", "Value": "data"}]}]


@pytest.fixture
def volume_id(ec2):
    return ec2.create_volume(Size=1, AvailabilityZone=f"{REGION}a")["VolumeId"]


@pytest.fixture
def with_role(aws, ec2):
    """EC2 for the session of a role that has these actions on this resource."""
    iam, sts = aws.client("iam"), aws.client("sts")

    def client(actions, resource="*"):
        name = f"snapshots-{uuid.uuid4().hex[:8]}"
        trust = json.dumps({"Version": VERSION, "Statement": [TRUST]})
        role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]
        statement = {"Effect": "Allow", "Action": actions, "Resource": resource}
        policy = json.dumps({"Version": VERSION, "Statement": [statement]})
        iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=policy)
        keys = sts.assume_role(RoleArn=role["Arn"], RoleSessionName="host")["Credentials"]
        return boto3.client(
            "ec2", region_name=REGION, endpoint_url=ec2.meta.endpoint_url, aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
        )  # fmt: skip

    return client


def test_a_role_that_may_takes_snapshots_with_tags(with_role, volume_id):
    ec2 = with_role(["ec2:CreateSnapshot", "ec2:CreateTags"])
    assert ec2.create_snapshot(VolumeId=volume_id, TagSpecifications=TAGS)["SnapshotId"].startswith("snap-")


def test_tags_take_a_permission_of_their_own(with_role, volume_id):
    ec2 = with_role(["ec2:CreateSnapshot"])
    ec2.create_snapshot(VolumeId=volume_id)
    with pytest.raises(ClientError, match="not authorized to perform: ec2:CreateTags"):
        ec2.create_snapshot(VolumeId=volume_id, TagSpecifications=TAGS)


@pytest.mark.parametrize(
    ("actions", "resource"),
    [
        (["ec2:DescribeSnapshots"], "*"),
        (["ec2:CreateSnapshot"], "arn:aws:ec2:*:*:volume/vol-0"),
    ],
)
def test_fails_for_a_role_that_may_not_and_makes_none(with_role, ec2, volume_id, actions, resource):
    of_volume = [{"Name": "volume-id", "Values": [volume_id]}]
    with pytest.raises(ClientError) as error:
        with_role(actions, resource).create_snapshot(VolumeId=volume_id)
    assert error.value.response["Error"]["Code"] == "UnauthorizedOperation"
    assert f":volume/{volume_id} because no identity-based policy allows" in str(error.value)
    assert ec2.describe_snapshots(OwnerIds=["self"], Filters=of_volume)["Snapshots"] == []
