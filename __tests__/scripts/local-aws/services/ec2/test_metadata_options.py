"""The metadata options of instances, as the API returns them."""

import base64

import pytest
from botocore.exceptions import ClientError

DEFAULTS = {
    "State": "applied",
    "HttpTokens": "optional",
    "HttpPutResponseHopLimit": 1,
    "HttpEndpoint": "enabled",
    "HttpProtocolIpv6": "disabled",
    "InstanceMetadataTags": "disabled",
}


@pytest.fixture(scope="module")
def image_id(ec2):
    return ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]


@pytest.fixture
def run(ec2, image_id):
    ids = []

    def run(**parameters):
        wanted = {"ImageId": image_id, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **parameters}
        ids.append(ec2.run_instances(**wanted)["Instances"][0]["InstanceId"])
        return ids[-1]

    yield run
    if ids:
        ec2.terminate_instances(InstanceIds=ids)


def options_of(ec2, instance_id):
    return ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]["MetadataOptions"]


def test_an_instance_has_aws_s_defaults(ec2, run):
    assert options_of(ec2, run()) == DEFAULTS


def test_a_change_leaves_the_other_options(ec2, run):
    instance = run(MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 3})
    changed = ec2.modify_instance_metadata_options(InstanceId=instance, InstanceMetadataTags="enabled")
    expected = {
        **DEFAULTS, "HttpTokens": "required", "HttpPutResponseHopLimit": 3, "InstanceMetadataTags": "enabled",
    }  # fmt: skip
    assert changed["InstanceMetadataOptions"] == expected
    assert options_of(ec2, instance) == expected


def test_a_launch_template_gives_what_the_request_does_not_name(ec2, image_id, run):
    data = {"ImageId": image_id, "InstanceType": "t3.micro"}
    data["MetadataOptions"] = {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
    ec2.create_launch_template(LaunchTemplateName="metadata", LaunchTemplateData=data)
    instance = run(
        LaunchTemplate={"LaunchTemplateName": "metadata"}, MetadataOptions={"HttpPutResponseHopLimit": 5}
    )  # fmt: skip
    assert options_of(ec2, instance) == {**DEFAULTS, "HttpTokens": "required", "HttpPutResponseHopLimit": 5}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"HttpTokens": "always"}, "expected optional or required for HttpTokens, got 'always'"),
        ({"HttpEndpoint": "off"}, "expected enabled or disabled for HttpEndpoint, got 'off'"),
        ({"HttpPutResponseHopLimit": 65}, "expected HttpPutResponseHopLimit from 1 to 64, got 65"),
        ({"HttpPutResponseHopLimit": 0}, "expected HttpPutResponseHopLimit from 1 to 64, got 0"),
    ],
)
def test_fails_for_a_value_that_ec2_does_not_take(ec2, run, options, message):
    instance = run()
    for call in (
        lambda: run(MetadataOptions=options),
        lambda: ec2.modify_instance_metadata_options(InstanceId=instance, **options),
    ):
        with pytest.raises(ClientError, match=f"InvalidParameterValue.*{message}"):
            call()


def tagged(key):
    return [{"Key": key, "Value": "x"}]


def test_fails_for_tags_that_cannot_be_a_path(ec2, run):
    specification = [{"ResourceType": "instance", "Tags": tagged("team/a")}]
    with pytest.raises(ClientError, match=r"InvalidParameterValue.*'team/a' is not a valid tag key"):
        run(MetadataOptions={"InstanceMetadataTags": "enabled"}, TagSpecifications=specification)
    instance = run(TagSpecifications=specification, UserData=base64.b64encode(b"#!/bin/sh\n").decode())
    with pytest.raises(ClientError, match=r"InvalidParameterValue.*'team/a' is not a valid tag key"):
        ec2.modify_instance_metadata_options(InstanceId=instance, InstanceMetadataTags="enabled")
    other = run(MetadataOptions={"InstanceMetadataTags": "enabled"})
    with pytest.raises(ClientError, match=r"InvalidParameterValue.*'_index' is not a valid tag key"):
        ec2.create_tags(Resources=[other], Tags=tagged("_index"))
    ec2.create_tags(Resources=[other], Tags=tagged("team:a"))
