"""What Packer asks for when it makes an image."""

import pytest
from botocore.exceptions import ClientError

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


@pytest.fixture(scope="module")
def image_with_disk(aws):
    """An image of a machine that has a second disk, and the id of that disk's volume."""
    ec2 = aws.client("ec2")
    base = ec2.describe_images(Filters=[{"Name": "name", "Values": ["debian-13-amd64-*"]}])["Images"][0]["ImageId"]
    machine = ec2.run_instances(ImageId=base, MinCount=1, MaxCount=1)["Instances"][0]
    zone = machine["Placement"]["AvailabilityZone"]
    volume = ec2.create_volume(Size=3, VolumeType="gp3", AvailabilityZone=zone, Encrypted=True)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=machine["InstanceId"], Device="/dev/sdf")
    return ec2.create_image(InstanceId=machine["InstanceId"], Name="with-disk")["ImageId"], volume


def disks_of(aws, image, *changes):
    """Returns the volumes of a new machine from an image, by device name."""
    ec2 = aws.client("ec2")
    made = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, BlockDeviceMappings=list(changes))["Instances"][0]
    filters = [{"Name": "attachment.instance-id", "Values": [made["InstanceId"]]}]
    volumes = ec2.describe_volumes(Filters=filters)["Volumes"]
    return {volume["Attachments"][0]["Device"]: volume for volume in volumes}


def second_disk(image):
    (disk,) = [each["Ebs"] for each in image["BlockDeviceMappings"] if each["DeviceName"] == "/dev/sdf"]
    return disk


def test_an_image_takes_every_attached_disk(aws, image_with_disk):
    image, volume = image_with_disk
    disk = second_disk(described(aws, image))
    assert (disk["VolumeSize"], disk["VolumeType"], disk["Encrypted"]) == (3, "gp3", True)
    assert disk["DeleteOnTermination"] is False
    snapshot = aws.client("ec2").describe_snapshots(SnapshotIds=[disk["SnapshotId"]])["Snapshots"][0]
    assert snapshot["VolumeId"] == volume
    made = disks_of(aws, image)
    assert made["/dev/sdf"]["SnapshotId"] == disk["SnapshotId"]
    assert made["/dev/sdf"]["Size"] == 3


def test_a_request_can_change_and_leave_out_a_disk_of_the_image(aws, image_with_disk):
    image, _volume = image_with_disk
    larger = disks_of(aws, image, {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 4}})
    assert (larger["/dev/sdf"]["Size"], larger["/dev/sdf"]["Encrypted"]) == (4, True)
    assert "/dev/sdf" not in disks_of(aws, image, {"DeviceName": "/dev/sdf", "NoDevice": ""})


def test_a_copied_image_has_disks_of_its_own(aws, image_with_disk):
    image, _volume = image_with_disk
    copied = aws.client("ec2").copy_image(SourceImageId=image, SourceRegion="eu-west-1", Name="copy")["ImageId"]
    ours, theirs = second_disk(described(aws, image)), second_disk(described(aws, copied))
    assert theirs["SnapshotId"] != ours["SnapshotId"]
    assert {**theirs, "SnapshotId": ""} == {**ours, "SnapshotId": ""}


def test_the_snapshot_of_a_disk_stays_while_an_image_has_it(aws, image_with_disk):
    ec2, (image, _volume) = aws.client("ec2"), image_with_disk
    copied = ec2.copy_image(SourceImageId=image, SourceRegion="eu-west-1", Name="deregistered")["ImageId"]
    snapshot = second_disk(described(aws, copied))["SnapshotId"]
    with pytest.raises(ClientError, match=rf"InvalidSnapshot\.InUse.*{snapshot} is currently in use by {copied}"):
        ec2.delete_snapshot(SnapshotId=snapshot)
    ec2.deregister_image(ImageId=copied)
    ec2.delete_snapshot(SnapshotId=snapshot)
