"""Parameters that AWS provides to everybody."""

import json

import pytest


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


def test_public_parameters_are_in_no_account_s_list(aws):
    ssm = aws.client("ssm")
    ssm.put_parameter(Name="own", Value="1", Type="String")
    ssm.get_parameter(Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id")
    assert [each["Name"] for each in ssm.describe_parameters()["Parameters"]] == ["own"]
