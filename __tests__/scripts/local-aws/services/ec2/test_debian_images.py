"""Debian's images are in every region, and its parameter names the newest one."""

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
