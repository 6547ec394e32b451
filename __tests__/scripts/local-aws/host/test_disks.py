"""A volume is a disk: it is attached, detached, grown, copied into a snapshot, and made from one."""

import contextlib

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def disk(local_aws, instance):
    """Attaches a blank volume to the shared machine. Returns its id and its path there."""
    volume = local_aws.volume(instance)
    path = local_aws.attach(volume, instance)
    yield volume, path
    local_aws.login.ssh(local_aws.address(instance), "sudo umount -q /data")
    if local_aws.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["Attachments"]:
        detach_once_free(local_aws, volume)
    local_aws.ec2.delete_volume(VolumeId=volume)


def detach_once_free(local_aws, volume):
    """Detaches a volume that is no longer in use. The kernel may release it a moment later."""

    def is_detached():
        try:
            return local_aws.ec2.detach_volume(VolumeId=volume)
        except ClientError as error:
            if error.response["Error"]["Code"] != "IncorrectState":
                raise
            return None

    local_aws.until(is_detached)


# The last words of a command for `held`.
READY = "systemd-notify --ready; exec sleep infinity"


@contextlib.contextmanager
def held(local_aws, instance, command):
    """Runs a command on the machine meanwhile. Begins when the command says that it is ready."""
    run = "sudo systemd-run --quiet --collect --unit=holder -p Type=notify -p NotifyAccess=all"
    local_aws.ssh(instance, f"{run} {command}")
    try:
        yield
    finally:
        local_aws.ssh(instance, "sudo systemctl stop holder")


def mount(local_aws, instance, path, kind="ext4"):
    local_aws.ssh(instance, f"sudo mkfs.{kind} -q {path} && sudo mkdir -p /data && sudo mount {path} /data")


def checksum(local_aws, instance):
    return local_aws.ssh(instance, "sudo sha256sum /data/bytes")


def write(local_aws, instance):
    local_aws.ssh(instance, "sudo dd if=/dev/urandom of=/data/bytes bs=1M count=20 status=none")
    return checksum(local_aws, instance)


def test_appears_under_both_names_and_with_its_size(local_aws, instance, disk):
    _volume, path = disk
    assert local_aws.ssh(instance, f"sudo blockdev --getsize64 {path} /dev/nvme1n1").split() == [str(1024**3)] * 2
    assert local_aws.ssh(instance, f"stat -c '%F %G' {path}") == "block special file disk"


def test_stays_through_reboot_and_stop_with_every_byte(local_aws, instance, disk):
    volume, path = disk
    mount(local_aws, instance, path)
    before = write(local_aws, instance)
    boot = local_aws.boot_id(instance)
    local_aws.ec2.reboot_instances(InstanceIds=[instance])
    local_aws.wait_for_ssh(instance, other_than=boot)
    local_aws.ssh(instance, f"sudo mount {path} /data")
    assert checksum(local_aws, instance) == before
    local_aws.ec2.stop_instances(InstanceIds=[instance])
    local_aws.ec2.start_instances(InstanceIds=[instance])
    local_aws.wait_for_ssh(instance)
    local_aws.ssh(instance, "sudo mount /dev/nvme1n1 /data")
    assert checksum(local_aws, instance) == before
    assert local_aws.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"] == "in-use"


def test_moves_between_machines_also_stopped_ones_with_every_byte(local_aws, instance, disk):
    volume, path = disk
    mount(local_aws, instance, path, "xfs")
    before = write(local_aws, instance)
    local_aws.ssh(instance, "sudo umount /data")
    local_aws.ec2.detach_volume(VolumeId=volume)
    assert local_aws.login.ssh(local_aws.address(instance), f"ls {path} /dev/nvme1n1").returncode == 2
    zone = local_aws.describe(instance)["Placement"]["AvailabilityZone"]
    other = local_aws.run(Placement={"AvailabilityZone": zone})
    local_aws.ec2.stop_instances(InstanceIds=[other])
    local_aws.attach(volume, other)
    local_aws.ec2.start_instances(InstanceIds=[other])
    local_aws.wait_for_ssh(other)
    local_aws.ssh(other, f"sudo mkdir /data && sudo mount {path} /data")
    assert checksum(local_aws, other) == before
    local_aws.ec2.terminate_instances(InstanceIds=[other])
    assert local_aws.ec2.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"] == "available"


def test_fails_to_detach_while_it_is_mounted(local_aws, instance, disk):
    volume, path = disk
    mount(local_aws, instance, path)
    with pytest.raises(ClientError, match=rf"IncorrectState.*{volume} is mounted at /data on instance {instance}"):
        local_aws.ec2.detach_volume(VolumeId=volume)
    before = write(local_aws, instance)
    local_aws.ssh(instance, "sudo umount /data && sudo mount /dev/nvme1n1 /data")
    assert checksum(local_aws, instance) == before


def test_fails_to_detach_while_it_is_mounted_in_another_namespace(local_aws, instance, disk):
    volume, path = disk
    mount(local_aws, instance, path)
    # The namespace keeps the disk mounted after the machine has unmounted it.
    with held(local_aws, instance, f"unshare --mount --propagation private sh -c '{READY}'"):
        local_aws.ssh(instance, "sudo umount /data")
        with pytest.raises(ClientError, match=r"IncorrectState.*is mounted at /data"):
            local_aws.ec2.detach_volume(VolumeId=volume)
    detach_once_free(local_aws, volume)


def test_fails_to_detach_while_a_process_uses_it(local_aws, instance, disk):
    volume, path = disk
    with (
        held(local_aws, instance, f"sh -c 'exec 3<{path}; {READY}'"),
        pytest.raises(ClientError, match=r"IncorrectState.*in use by process \w+ \(\d+\)"),
    ):
        local_aws.ec2.detach_volume(VolumeId=volume)
    detach_once_free(local_aws, volume)


def test_grows_while_it_is_attached(local_aws, instance, disk):
    volume, path = disk
    mount(local_aws, instance, path, "xfs")
    local_aws.ec2.modify_volume(VolumeId=volume, Size=2)
    assert local_aws.ssh(instance, f"sudo blockdev --getsize64 {path}") == str(2 * 1024**3)
    local_aws.ssh(instance, "sudo xfs_growfs /data")
    assert int(local_aws.ssh(instance, "df --output=size -B1M /data | tail -1")) > 1900
    with pytest.raises(ClientError, match=r"InvalidParameterValue.*smaller"):
        local_aws.ec2.modify_volume(VolumeId=volume, Size=1)


def test_a_snapshot_of_a_mounted_volume_has_every_byte(local_aws, instance, disk):
    volume, path = disk
    mount(local_aws, instance, path)
    before = write(local_aws, instance)
    snapshot = local_aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    # The file system is thawed, and what it writes now is not in the snapshot.
    local_aws.ssh(instance, "echo later | sudo tee /data/later && sync && sudo umount /data")
    restored = local_aws.volume(instance, SnapshotId=snapshot, Size=2)
    local_aws.ec2.delete_snapshot(SnapshotId=snapshot)
    copy = local_aws.attach(restored, instance, "/dev/sdg")
    local_aws.ssh(instance, f"sudo mount {copy} /data")
    assert checksum(local_aws, instance) == before
    assert local_aws.ssh(instance, "ls /data/later 2>&1 || true").endswith("No such file or directory")
    assert local_aws.ssh(instance, f"sudo blockdev --getsize64 {copy}") == str(2 * 1024**3)
    local_aws.ssh(instance, "sudo umount /data")
    local_aws.ec2.detach_volume(VolumeId=restored)
    local_aws.ec2.delete_volume(VolumeId=restored)
    assert not list((local_aws.home / "snapshots").iterdir())


def test_a_volume_takes_little_space_on_this_host(local_aws, instance, disk):
    volume, _path = disk
    assert (local_aws.home / "disks" / volume).stat().st_blocks == 0


@pytest.mark.parametrize("kind", ["zone", "twice", "device"])
def test_fails_to_attach_where_ec2_refuses(local_aws, instance, disk, kind):
    volume, _path = disk
    here = local_aws.describe(instance)["Placement"]["AvailabilityZone"]
    elsewhere = next(
        zone["ZoneName"]
        for zone in local_aws.ec2.describe_availability_zones()["AvailabilityZones"]
        if zone["ZoneName"] != here
    )
    other = local_aws.volume(instance, **({"AvailabilityZone": elsewhere} if kind == "zone" else {}))
    wanted = {"zone": (other, "/dev/sdh"), "twice": (volume, "/dev/sdh"), "device": (other, "/dev/sdf")}[kind]
    code = {"zone": "InvalidVolume.ZoneMismatch", "twice": "VolumeInUse", "device": "InvalidParameterValue"}[kind]
    with pytest.raises(ClientError, match=code):
        local_aws.attach(wanted[0], instance, wanted[1])
    local_aws.ec2.delete_volume(VolumeId=other)
    assert not (local_aws.home / "disks" / other).exists()
