"""What Packer asks for when it makes an image."""

import pytest

MAPPING = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "VolumeType": "gp3", "Encrypted": True}}]


@pytest.fixture
def image(aws):
    ec2 = aws.client("ec2")
    base = ec2.describe_images(Filters=[{"Name": "name", "Values": ["debian-13-amd64-*"]}])["Images"][0]["ImageId"]
    machine = ec2.run_instances(ImageId=base, MinCount=1, MaxCount=1, BlockDeviceMappings=MAPPING)["Instances"][0]
    tags = [
        {"ResourceType": "image", "Tags": [{"Key": "Of", "Value": "image"}]},
        {"ResourceType": "snapshot", "Tags": [{"Key": "Of", "Value": "snapshot"}]},
    ]
    return ec2.create_image(InstanceId=machine["InstanceId"], Name="built", TagSpecifications=tags)["ImageId"]


def described(aws, image):
    return aws.client("ec2").describe_images(ImageIds=[image])["Images"][0]


def test_an_image_and_its_snapshot_have_tags_of_their_own(aws, image):
    found = described(aws, image)
    snapshot_id = found["BlockDeviceMappings"][0]["Ebs"]["SnapshotId"]
    snapshot = aws.client("ec2").describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0]
    assert (found["Tags"], snapshot["Tags"]) == (
        [{"Key": "Of", "Value": "image"}],
        [{"Key": "Of", "Value": "snapshot"}],
    )


def test_the_image_of_an_encrypted_machine_is_encrypted(aws, image):
    found = described(aws, image)["BlockDeviceMappings"][0]["Ebs"]
    assert found["Encrypted"] is True
    snapshot = aws.client("ec2").describe_snapshots(SnapshotIds=[found["SnapshotId"]])["Snapshots"][0]
    assert snapshot["Encrypted"] is True


def test_an_image_has_a_date_of_deprecation(aws, image):
    ec2 = aws.client("ec2")
    ec2.enable_image_deprecation(ImageId=image, DeprecateAt="2027-01-02T03:04:00Z")
    assert described(aws, image)["DeprecationTime"].startswith("2027-01-02T03:04:00")
    ec2.disable_image_deprecation(ImageId=image)
    assert "DeprecationTime" not in described(aws, image)


def test_fails_to_deprecate_an_image_that_is_not_there(aws):
    with pytest.raises(aws.client("ec2").exceptions.ClientError, match=r"InvalidAMIID\.NotFound"):
        aws.client("ec2").enable_image_deprecation(ImageId="ami-0123456789abcdef0", DeprecateAt="2027-01-02T03:04:00Z")


def test_an_image_can_require_imdsv2(aws, image):
    aws.client("ec2").modify_image_attribute(ImageId=image, ImdsSupport={"Value": "v2.0"})
    assert described(aws, image)["ImdsSupport"] == "v2.0"


def test_the_description_of_an_image_can_change(aws, image):
    aws.client("ec2").modify_image_attribute(ImageId=image, Description={"Value": "what it is"})
    assert described(aws, image)["Description"] == "what it is"
