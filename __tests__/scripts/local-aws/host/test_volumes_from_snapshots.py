"""A volume from a snapshot has the bytes of the snapshot or no bytes. It is never blank."""

import contextlib

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def local_aws(copies, local_aws):
    """A local AWS whose copies can be held."""
    return local_aws


@pytest.fixture(scope="module")
def ec2(local_aws):
    """A client that does not wait for what it asked for."""
    return local_aws.new_client()


def snapshot_with_content(local_aws, instance):
    path = local_aws.attach(volume := local_aws.volume(instance), instance)
    local_aws.ssh(instance, f"echo content | sudo tee {path} && sync")
    snapshot = local_aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    local_aws.ec2.detach_volume(VolumeId=volume)
    local_aws.ec2.delete_volume(VolumeId=volume)
    return snapshot


@pytest.fixture(scope="module")
def snapshot(local_aws, instance):
    return snapshot_with_content(local_aws, instance)


def run(local_aws, snapshot, keeps=True):
    """Runs an instance with a disk from a snapshot, and does not wait. Returns the ids of both."""
    ebs = {"SnapshotId": snapshot, "VolumeSize": 1, "DeleteOnTermination": not keeps}
    made = local_aws.new_client().run_instances(
        ImageId=local_aws.image(),
        InstanceType="t3.micro",
        KeyName="tests",
        MinCount=1,
        MaxCount=1,
        BlockDeviceMappings=[{"DeviceName": "/dev/sdg", "Ebs": ebs}],
    )["Instances"][0]["InstanceId"]
    return made, data_volume_of(local_aws, made)


def data_volume_of(local_aws, instance):
    disks = {
        each["DeviceName"]: each["Ebs"]["VolumeId"] for each in local_aws.describe(instance)["BlockDeviceMappings"]
    }
    return disks["/dev/sdg"]


def state_of(ec2, volume):
    return ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"]


def head(local_aws, instance, volume):
    return local_aws.ssh(instance, f"sudo head -c 7 {local_aws.path(volume)} | tr '\\0' 0")


def head_once_attached(local_aws, instance, volume):
    """Returns the first bytes of a free volume."""
    zone = local_aws.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["AvailabilityZone"]
    assert zone == local_aws.describe(instance)["Placement"]["AvailabilityZone"]
    local_aws.attach(volume, instance, "/dev/sdh")
    said = head(local_aws, instance, volume)
    local_aws.ec2.detach_volume(VolumeId=volume)
    return said


def test_nothing_is_made_from_the_disk_of_a_new_machine_before_it_has_its_bytes(copies, local_aws, ec2, snapshot):
    with copies.held():
        made, volume = run(local_aws, snapshot)
        for refused, message in (
            (lambda: ec2.create_snapshot(VolumeId=volume), f"volume '{volume}' is creating"),
            (lambda: ec2.modify_volume(VolumeId=volume, Size=2), f"volume '{volume}' is creating"),
            (lambda: ec2.detach_volume(VolumeId=volume), f"instance '{made}' is pending"),
            (lambda: ec2.create_image(InstanceId=made, Name="early"), f"instance '{made}' is pending"),
        ):
            with pytest.raises(ClientError, match=f"IncorrectState.*{message}"):
                refused()
    local_aws.until(lambda: local_aws.state(made) == "running")
    assert state_of(ec2, volume) == "in-use"
    local_aws.wait_for_ssh(made)
    assert head(local_aws, made, volume) == "content"
    local_aws.ec2.terminate_instances(InstanceIds=[made])
    local_aws.ec2.delete_volume(VolumeId=volume)


def test_a_machine_that_was_being_made_at_a_kill_has_the_bytes_of_a_snapshot_that_is_deleted(copies, make_local_aws):
    local_aws = make_local_aws()
    snapshot = snapshot_with_content(local_aws, local_aws.run())
    with copies.held():
        made, volume = run(local_aws, snapshot)
        local_aws.new_client().delete_snapshot(SnapshotId=snapshot)
        local_aws.until(lambda: local_aws.health()["saved"])
        local_aws.kill_at_once()
    local_aws.start()
    assert local_aws.state(made) == "running"
    local_aws.wait_for_ssh(made)
    assert head(local_aws, made, volume) == "content"
    local_aws.until(lambda: local_aws.health()["under_way"] == 0)
    assert list((local_aws.home / "snapshots").iterdir()) == []
    assert local_aws.health()["lost_and_found"] == []


@pytest.mark.parametrize("keeps", [True, False])
def test_a_machine_that_is_terminated_while_it_is_made_leaves_a_whole_volume_or_none(
    copies, local_aws, ec2, instance, snapshot, keeps
):
    with copies.held():
        made, volume = run(local_aws, snapshot, keeps)
        ec2.terminate_instances(InstanceIds=[made])
        local_aws.until(lambda: local_aws.state(made) == "terminated")
        if keeps:
            with pytest.raises(ClientError, match=f"volume '{volume}' is creating: expected available"):
                ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdh")
    local_aws.until(lambda: local_aws.health()["under_way"] == 0)
    assert (local_aws.home / "disks" / volume).exists() == keeps
    if keeps:
        assert head_once_attached(local_aws, instance, volume) == "content"
        local_aws.ec2.delete_volume(VolumeId=volume)


@contextlib.contextmanager
def unreadable(local_aws, snapshot):
    """Makes copies of a snapshot fail meanwhile."""
    file = local_aws.home / "snapshots" / snapshot
    content = file.read_bytes()
    file.unlink()
    file.mkdir()
    yield
    file.rmdir()
    file.write_bytes(content)


def test_a_machine_that_cannot_boot_leaves_no_blank_volume(copies, local_aws, ec2, instance, snapshot):
    with unreadable(local_aws, snapshot):
        with copies.held():
            made, volume = run(local_aws, snapshot)
        local_aws.until(lambda: local_aws.state(made) == "terminated")
    reason = local_aws.describe(made)["StateReason"]["Message"]
    assert reason.startswith(f"Server.InternalError: Internal error on launch: volume {volume} could not be made: `cp ")
    assert state_of(ec2, volume) == "error"
    with pytest.raises(ClientError, match=f"volume '{volume}' is error: expected available"):
        local_aws.attach(volume, instance, "/dev/sdh")
    local_aws.ec2.delete_volume(VolumeId=volume)


def test_an_image_of_a_machine_that_could_not_boot_again_has_no_blank_disk(copies, make_local_aws):
    local_aws = make_local_aws()
    snapshot = snapshot_with_content(local_aws, local_aws.run())
    with copies.held():
        made, volume = run(local_aws, snapshot)
        local_aws.until(lambda: local_aws.health()["saved"])
        local_aws.kill_at_once()
    with unreadable(local_aws, snapshot):
        local_aws.start()
    assert local_aws.state(made) == "stopped"
    for refused in (
        lambda: local_aws.ec2.create_image(InstanceId=made, Name="blank"),
        lambda: local_aws.ec2.create_snapshot(VolumeId=volume),
    ):
        with pytest.raises(ClientError, match=f"IncorrectState.*volume '{volume}' is error"):
            refused()
    assert local_aws.ec2.describe_images(Owners=["self"])["Images"] == []


def test_a_volume_is_blank_when_its_snapshot_was_also_after_that_is_deleted(local_aws, ec2, instance):
    blank = local_aws.volume(instance)
    snapshot = local_aws.ec2.create_snapshot(VolumeId=blank)["SnapshotId"]
    local_aws.ec2.delete_volume(VolumeId=blank)
    made, volume = run(local_aws, snapshot, keeps=False)
    local_aws.until(lambda: local_aws.state(made) == "running")
    local_aws.ec2.stop_instances(InstanceIds=[made])
    zone = local_aws.describe(made)["Placement"]["AvailabilityZone"]
    second = local_aws.ec2.create_volume(SnapshotId=snapshot, AvailabilityZone=zone)["VolumeId"]
    local_aws.attach(second, made, "/dev/sdh")
    local_aws.ec2.delete_snapshot(SnapshotId=snapshot)
    local_aws.ec2.start_instances(InstanceIds=[made])
    local_aws.wait_for_ssh(made)
    assert [head(local_aws, made, each) for each in (volume, second)] == ["0" * 7] * 2
    local_aws.ec2.terminate_instances(InstanceIds=[made])
    local_aws.ec2.delete_volume(VolumeId=second)


def test_a_detached_root_disk_is_no_blank_disk(local_aws, ec2, instance):
    zone = local_aws.describe(instance)["Placement"]["AvailabilityZone"]
    made = local_aws.run(Placement={"AvailabilityZone": zone})
    local_aws.ec2.stop_instances(InstanceIds=[made])
    (disk,) = local_aws.describe(made)["BlockDeviceMappings"]
    root = disk["Ebs"]["VolumeId"]
    local_aws.ec2.detach_volume(VolumeId=root)
    snapshot = local_aws.ec2.create_snapshot(VolumeId=root)["SnapshotId"]
    with pytest.raises(ClientError, match=f"{snapshot} has no bytes on this computer"):
        ec2.create_volume(SnapshotId=snapshot, AvailabilityZone=zone)
    with pytest.raises(ClientError, match=f"volume {root} has no bytes on this computer: a root disk is layers"):
        local_aws.attach(root, instance, "/dev/sdh")
    assert state_of(ec2, root) == "available"
    local_aws.attach(root, made, disk["DeviceName"])
    local_aws.ec2.terminate_instances(InstanceIds=[made])


def test_fails_to_give_a_machine_a_volume_whose_file_is_lost(local_aws, ec2, instance, snapshot):
    volume = local_aws.volume(instance, SnapshotId=snapshot)
    (local_aws.home / "disks" / volume).unlink()
    lost = f"{volume} has no bytes on this computer: its file is not at "
    with pytest.raises(ClientError, match=lost):
        local_aws.attach(volume, instance, "/dev/sdh")
    with pytest.raises(ClientError, match=lost):
        ec2.create_snapshot(VolumeId=volume)
    assert state_of(ec2, volume) == "available"
    local_aws.ec2.delete_volume(VolumeId=volume)
