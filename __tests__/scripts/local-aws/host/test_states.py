"""Instances, volumes and snapshots pass through AWS's states in real time, and say why they fail."""

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def ec2(local_aws):
    """A client that does not wait for what it asked for."""
    return local_aws.new_client()


def states_until(local_aws, instance, last):
    """Returns the states that an instance was seen in until it was in the last one. A busy computer may miss some."""
    seen = set()

    def is_there():
        state = local_aws.state(instance)
        seen.add(state)
        return state == last

    local_aws.until(is_there)
    return seen


def test_an_instance_is_pending_until_its_machine_runs_and_stopping_until_it_is_off(local_aws, ec2):
    made = ec2.run_instances(ImageId=local_aws.image(), InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]
    instance = made["InstanceId"]
    assert made["State"]["Name"] == "pending"
    assert states_until(local_aws, instance, "running") <= {"pending", "running"}
    assert instance in local_aws.health()["running_machines"]
    ec2.stop_instances(InstanceIds=[instance])
    assert states_until(local_aws, instance, "stopped") <= {"stopping", "stopped"}
    assert instance not in local_aws.health()["running_machines"]
    ec2.start_instances(InstanceIds=[instance])
    assert states_until(local_aws, instance, "running") <= {"pending", "running"}
    ec2.terminate_instances(InstanceIds=[instance])
    assert states_until(local_aws, instance, "terminated") <= {"shutting-down", "terminated"}
    local_aws.until(lambda: not (local_aws.home / "instances" / instance).exists())


def test_an_instance_that_is_terminated_while_it_boots_leaves_no_machine(local_aws, ec2):
    made = ec2.run_instances(ImageId=local_aws.image(), InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]
    ec2.terminate_instances(InstanceIds=[made["InstanceId"]])
    assert "running" not in states_until(local_aws, made["InstanceId"], "terminated")
    local_aws.until(lambda: local_aws.health()["under_way"] == 0)
    assert made["InstanceId"] not in local_aws.health()["running_machines"]
    assert not (local_aws.home / "instances" / made["InstanceId"]).exists()


@pytest.fixture
def lost_snapshot(local_aws, instance):
    """A snapshot whose file cannot be read."""
    volume = local_aws.volume(instance)
    path = local_aws.attach(volume, instance)
    local_aws.ssh(instance, f"echo written | sudo tee {path} && sync")
    snapshot = local_aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    file = local_aws.home / "snapshots" / snapshot
    file.unlink()
    file.mkdir()
    yield snapshot
    file.rmdir()
    local_aws.ec2.detach_volume(VolumeId=volume)


def test_fails_to_make_a_volume_from_what_cannot_be_read(local_aws, instance, lost_snapshot):
    volume = local_aws.volume(instance, SnapshotId=lost_snapshot)
    assert local_aws.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"] == "error"
    with pytest.raises(local_aws.ec2.exceptions.ClientError, match=f"volume '{volume}' is error: expected available"):
        local_aws.attach(volume, instance, "/dev/sdg")


def test_fails_to_boot_and_says_why(local_aws, ec2, lost_snapshot):
    made = ec2.run_instances(
        ImageId=local_aws.image(),
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        BlockDeviceMappings=[{"DeviceName": "/dev/sdg", "Ebs": {"SnapshotId": lost_snapshot, "VolumeSize": 1}}],
    )["Instances"][0]
    assert made["State"]["Name"] == "pending"
    assert "running" not in states_until(local_aws, made["InstanceId"], "terminated")
    reason = local_aws.describe(made["InstanceId"])["StateReason"]
    assert reason["Code"] == "Server.InternalError"
    assert reason["Message"].startswith("Server.InternalError: Internal error on launch: volume vol-")


@pytest.fixture
def many_bytes(local_aws, instance):
    """A volume whose copy takes a moment."""
    volume = local_aws.volume(instance)
    path = local_aws.attach(volume, instance)
    local_aws.ssh(instance, f"sudo dd if=/dev/urandom of={path} bs=1M count=300 status=none && sync")
    yield volume
    local_aws.ec2.detach_volume(VolumeId=volume)
    local_aws.ec2.delete_volume(VolumeId=volume)


def content(local_aws, instance, volume):
    """Returns the checksum of a volume's bytes."""
    path = local_aws.attach(volume, instance, "/dev/sdh")
    said = local_aws.ssh(instance, f"sudo sha256sum {path}").split()[0]
    local_aws.ec2.detach_volume(VolumeId=volume)
    return said


def test_nothing_is_made_from_a_snapshot_before_it_is_complete(local_aws, ec2, instance, many_bytes):
    snapshot = ec2.create_snapshot(VolumeId=many_bytes)["SnapshotId"]
    zone = local_aws.describe(instance)["Placement"]["AvailabilityZone"]
    refused = f"IncorrectState.*snapshot '{snapshot}' is pending: expected completed"
    with pytest.raises(ClientError, match=refused):
        ec2.create_volume(SnapshotId=snapshot, AvailabilityZone=zone)
    with pytest.raises(ClientError, match=refused):
        ec2.copy_snapshot(SourceSnapshotId=snapshot, SourceRegion=ec2.meta.region_name)
    with pytest.raises(ClientError, match=refused):
        ec2.run_instances(
            ImageId=local_aws.image(),
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            BlockDeviceMappings=[{"DeviceName": "/dev/sdg", "Ebs": {"SnapshotId": snapshot, "VolumeSize": 1}}],
        )
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig={"Delay": 1})
    restored = ec2.create_volume(SnapshotId=snapshot, AvailabilityZone=zone)["VolumeId"]
    # It has every byte, although its snapshot is gone before it is made.
    ec2.delete_snapshot(SnapshotId=snapshot)
    for refused_call in (
        lambda: ec2.create_snapshot(VolumeId=restored),
        lambda: ec2.delete_volume(VolumeId=restored),
        lambda: ec2.modify_volume(VolumeId=restored, Size=2),
        lambda: ec2.attach_volume(VolumeId=restored, InstanceId=instance, Device="/dev/sdh"),
    ):
        with pytest.raises(ClientError, match=f"IncorrectState.*volume '{restored}' is creating"):
            refused_call()
    ec2.get_waiter("volume_available").wait(VolumeIds=[restored], WaiterConfig={"Delay": 1})
    original = local_aws.ssh(instance, f"sudo sha256sum {local_aws.path(many_bytes)}").split()[0]
    assert content(local_aws, instance, restored) == original
    ec2.delete_volume(VolumeId=restored)


def test_a_snapshot_that_is_deleted_while_it_is_made_leaves_nothing(local_aws, ec2, many_bytes):
    snapshot = ec2.create_snapshot(VolumeId=many_bytes)["SnapshotId"]
    ec2.delete_snapshot(SnapshotId=snapshot)
    local_aws.until(lambda: local_aws.health()["under_way"] == 0)
    assert snapshot not in [file.name for file in (local_aws.home / "snapshots").iterdir()]


def test_no_machine_boots_from_an_image_that_is_being_made(local_aws, ec2, instance, many_bytes):
    image = ec2.create_image(InstanceId=instance, Name="pending", NoReboot=True)["ImageId"]
    asked = {"InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    refused = f"InvalidAMIID.Unavailable.*the image '{image}' is pending: expected available"
    with pytest.raises(ClientError, match=refused):
        ec2.run_instances(ImageId=image, **asked)
    with pytest.raises(ClientError, match=refused):
        ec2.copy_image(SourceImageId=image, SourceRegion=ec2.meta.region_name, Name="copied")
    ec2.get_waiter("image_available").wait(ImageIds=[image], WaiterConfig={"Delay": 1})
    copied = ec2.copy_image(SourceImageId=image, SourceRegion=ec2.meta.region_name, Name="copied")["ImageId"]
    assert ec2.describe_images(ImageIds=[copied])["Images"][0]["State"] == "pending"
    with pytest.raises(ClientError, match=f"the image '{copied}' is pending"):
        ec2.run_instances(ImageId=copied, **asked)
    ec2.get_waiter("image_available").wait(ImageIds=[copied], WaiterConfig={"Delay": 1})
    for each in (image, copied):
        local_aws.ec2.deregister_image(ImageId=each)


def test_a_machine_that_starts_while_an_image_is_made_of_it_has_its_files(local_aws, ec2, instance, many_bytes):
    local_aws.ssh(instance, "echo kept | sudo tee /opt/kept")
    local_aws.ec2.stop_instances(InstanceIds=[instance])
    image = ec2.create_image(InstanceId=instance, Name="of a stopped machine")["ImageId"]
    ec2.start_instances(InstanceIds=[instance])
    local_aws.wait_for_ssh(instance)
    assert local_aws.ssh(instance, "cat /opt/kept") == "kept"
    local_aws.until(lambda: local_aws.health()["under_way"] == 0)
    assert ec2.describe_images(ImageIds=[image])["Images"][0]["State"] == "available"
    local_aws.ec2.deregister_image(ImageId=image)


def test_an_image_that_is_deregistered_while_it_is_made_leaves_nothing(local_aws, ec2, instance, many_bytes):
    image = ec2.create_image(InstanceId=instance, Name="deregistered", NoReboot=True)["ImageId"]
    ec2.deregister_image(ImageId=image)
    local_aws.until(lambda: local_aws.health()["under_way"] == 0)
    assert not (local_aws.home / "images" / image).exists()


def test_fails_to_make_a_volume_from_the_snapshot_of_a_root_disk(local_aws, ec2, instance):
    described = local_aws.describe(instance)
    root = described["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    snapshot = local_aws.ec2.create_snapshot(VolumeId=root)["SnapshotId"]
    with pytest.raises(ClientError, match=f"{snapshot} has no bytes on this computer"):
        ec2.create_volume(SnapshotId=snapshot, AvailabilityZone=described["Placement"]["AvailabilityZone"])


def test_the_snapshot_of_a_volume_that_no_machine_has_had_gives_a_blank_volume(local_aws, instance):
    snapshot = local_aws.ec2.create_snapshot(VolumeId=local_aws.volume(instance))["SnapshotId"]
    copied = local_aws.ec2.copy_snapshot(SourceSnapshotId=snapshot, SourceRegion=local_aws.ec2.meta.region_name)[
        "SnapshotId"
    ]
    path = local_aws.attach(restored := local_aws.volume(instance, SnapshotId=copied), instance, "/dev/sdh")
    assert local_aws.ssh(instance, f"sudo cmp {path} /dev/zero 2>&1 || true").startswith("cmp: EOF on")
    local_aws.ec2.detach_volume(VolumeId=restored)
