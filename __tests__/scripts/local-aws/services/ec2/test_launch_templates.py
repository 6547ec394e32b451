"""Launch templates: what they return, and what an instance takes from one."""

import base64

import pytest
from botocore.exceptions import ClientError

SCRIPT = base64.b64encode(b"#!/bin/sh\necho hello\n").decode()


@pytest.fixture(scope="module")
def image_id(ec2):
    named = [{"Name": "name", "Values": ["debian-13-amd64-*"]}]
    return ec2.describe_images(Owners=["136693071363"], Filters=named)["Images"][0]["ImageId"]


@pytest.fixture
def template_id(ec2):
    made = []

    def make(**data):
        tags = [{"ResourceType": "launch-template", "Tags": [{"Key": "Stack", "Value": "ecs"}]}]
        made.append(
            ec2.create_launch_template(
                LaunchTemplateName=f"template-{len(made)}", LaunchTemplateData=data, TagSpecifications=tags
            )["LaunchTemplate"]["LaunchTemplateId"]
        )
        return made[-1]

    yield make
    for each in made:
        ec2.delete_launch_template(LaunchTemplateId=each)


def data_of(ec2, template_id, version="$Latest"):
    (found,) = ec2.describe_launch_template_versions(LaunchTemplateId=template_id, Versions=[version])[
        "LaunchTemplateVersions"
    ]
    return found["LaunchTemplateData"]


def run(ec2, **parameters):
    (instance,) = ec2.run_instances(MinCount=1, MaxCount=1, **parameters)["Instances"]
    return ec2.describe_instances(InstanceIds=[instance["InstanceId"]])["Reservations"][0]["Instances"][0]


def test_its_own_tags_are_no_tags_of_its_instances(ec2, template_id):
    of_instances = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "host"}]}]
    assert data_of(ec2, template_id(InstanceType="t3.micro", TagSpecifications=of_instances)) == {
        "InstanceType": "t3.micro",
        "TagSpecifications": of_instances,
    }


def test_a_tag_that_comes_later_is_returned(ec2, template_id):
    made = template_id(InstanceType="t3.micro")
    ec2.create_tags(Resources=[made], Tags=[{"Key": "Owner", "Value": "me"}])
    (found,) = ec2.describe_launch_templates(LaunchTemplateIds=[made])["LaunchTemplates"]
    assert {tag["Key"]: tag["Value"] for tag in found["Tags"]} == {"Stack": "ecs", "Owner": "me"}


def test_an_instance_takes_what_the_template_says(ec2, aws, template_id, image_id):
    iam = aws.client("iam")
    profile = iam.create_instance_profile(InstanceProfileName="host")["InstanceProfile"]["Arn"]
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="host", Description="host", VpcId=vpc)["GroupId"]
    made = template_id(
        ImageId=image_id,
        InstanceType="t3.small",
        IamInstanceProfile={"Arn": profile},
        NetworkInterfaces=[{"DeviceIndex": 0, "Groups": [group]}],
        MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 2},
        Monitoring={"Enabled": True},
        UserData=SCRIPT,
    )
    instance = run(ec2, LaunchTemplate={"LaunchTemplateId": made})
    assert instance["InstanceType"] == "t3.small"
    assert instance["IamInstanceProfile"]["Arn"] == profile
    assert [each["GroupId"] for each in instance["SecurityGroups"]] == [group]
    assert instance["MetadataOptions"]["HttpTokens"] == "required"
    assert instance["Monitoring"]["State"] == "enabled"


def test_the_request_comes_before_the_template(ec2, template_id, image_id):
    made = template_id(ImageId=image_id, InstanceType="t3.small")
    assert run(ec2, LaunchTemplate={"LaunchTemplateId": made}, InstanceType="t3.large")["InstanceType"] == "t3.large"


def test_an_instance_takes_the_user_data_of_a_later_version(ec2, template_id, image_id):
    made = template_id(ImageId=image_id, InstanceType="t3.small")
    ec2.create_launch_template_version(
        LaunchTemplateId=made,
        LaunchTemplateData={"ImageId": image_id, "InstanceType": "t3.small", "UserData": SCRIPT},
    )
    assert data_of(ec2, made)["UserData"] == SCRIPT
    instance = run(ec2, LaunchTemplate={"LaunchTemplateId": made, "Version": "2"})
    kept = ec2.describe_instance_attribute(InstanceId=instance["InstanceId"], Attribute="userData")["UserData"]["Value"]
    assert kept == SCRIPT


def test_fails_to_run_from_a_template_that_asks_for_what_is_missing(ec2, template_id, image_id):
    made = template_id(ImageId=image_id, InstanceType="t3.small", CpuOptions={"CoreCount": 1, "ThreadsPerCore": 1})
    with pytest.raises(ClientError, match=r"ec2:RunInstances with LaunchTemplateData\.CpuOptions"):
        run(ec2, LaunchTemplate={"LaunchTemplateId": made})
