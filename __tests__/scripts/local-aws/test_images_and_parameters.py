"""Images and parameters that AWS provides to everybody."""

import json

import pytest

OWNER = "136693071363"


@pytest.mark.parametrize("region", ["eu-west-1", "us-east-1", "ap-southeast-2"])
@pytest.mark.parametrize(("debian", "architecture"), [("amd64", "x86_64"), ("arm64", "arm64")])
def test_debians_images_are_in_every_region(aws, region, debian, architecture):
    filters = [{"Name": "name", "Values": [f"debian-13-{debian}-*"]}]
    images = aws.client("ec2", region).describe_images(Owners=[OWNER], Filters=filters)["Images"]
    names = [image["Name"] for image in sorted(images, key=lambda image: image["CreationDate"])]
    assert names == [f"debian-13-{debian}-20260101-2345", f"debian-13-{debian}-20261005-2400"]
    newest = max(images, key=lambda image: image["CreationDate"])
    disk = newest["BlockDeviceMappings"][0]
    assert (newest["Architecture"], newest["RootDeviceName"], newest["State"]) == (
        architecture,
        "/dev/xvda",
        "available",
    )
    assert (disk["DeviceName"], disk["Ebs"]["VolumeSize"], disk["Ebs"]["VolumeType"]) == ("/dev/xvda", 8, "gp3")
    parameter = aws.client("ssm", region).get_parameter(Name=f"/aws/service/debian/release/13/latest/{debian}")
    assert parameter["Parameter"]["Value"] == newest["ImageId"]


@pytest.mark.parametrize(
    "name",
    [
        "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
    ],
)
def test_an_image_named_by_a_public_parameter_exists(aws, name):
    image_id = aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    assert aws.client("ec2").describe_images(ImageIds=[image_id])["Images"][0]["ImageId"] == image_id


def test_a_public_parameter_that_holds_a_document_is_text(aws):
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"
    assert json.loads(aws.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])["image_id"].startswith("ami-")


@pytest.mark.parametrize("service", ["ebs", "s3", "workspaces", "backup"])
def test_aws_managed_keys_have_their_alias(aws, service):
    aliases = {alias["AliasName"] for alias in aws.client("kms").list_aliases()["Aliases"]}
    assert f"alias/aws/{service}" in aliases


def test_a_bucket_that_refuses_plain_http_takes_objects_here(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="tls-only", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    deny = {
        "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::tls-only/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }  # fmt: skip
    s3.put_bucket_policy(Bucket="tls-only", Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    s3.put_object(Bucket="tls-only", Key="key", Body=b"body")
    assert s3.get_object(Bucket="tls-only", Key="key")["Body"].read() == b"body"


def test_an_object_is_not_overwritten_when_it_must_be_new(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="locks", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="locks", Key="state.tflock", Body=b"one", IfNoneMatch="*")
    with pytest.raises(s3.exceptions.ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket="locks", Key="state.tflock", Body=b"other", IfNoneMatch="*")
