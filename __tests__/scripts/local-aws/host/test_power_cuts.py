"""Disks that lose power: what a machine flushed is whole afterwards, and the rest is gone.

The disks are a test's own (forgetful_disks.py). A home whose folder `disks` is a link has its disks where that leads.
"""

import subprocess
from pathlib import Path

import pytest
from forgetful_disks import ForgetfulDisks, why_no_forgetful_disks
from local_aws.host import clean_up
from local_aws.host.containers.control_group import hierarchies
from local_aws.host.names import Names

pytestmark = pytest.mark.skipif(why_no_forgetful_disks() is not None, reason=str(why_no_forgetful_disks()))
ATTEMPTS = 10
# Says a number when it is on the disk.
COUNT = """
import os
file = os.open("/data/numbers", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
for number in range(10**9):
    os.write(file, b"%d\\n" % number)
    os.fsync(file)
    print(number, flush=True)
"""


@pytest.fixture(scope="module")
def disks(place):
    """The disks of the local AWS. What was flushed is in the folder `kept` of the place."""
    memory = Path("/dev/shm", place.folder.name)
    disks = ForgetfulDisks(place.folder / "kept", memory / "disks")
    yield disks
    disks.end()
    memory.rmdir()


@pytest.fixture(scope="module")
def prepare_home(disks):
    return lambda home: (home / "disks").symlink_to(disks.mount_point)


@pytest.fixture
def data(local_aws, instance):
    """Makes a volume with a file system, mounted at /data of the shared machine. Afterwards it is gone."""
    volumes = []

    def make(kind):
        volumes.append(local_aws.volume(instance))
        path = local_aws.attach(volumes[-1], instance)
        local_aws.ssh(instance, f"sudo mkfs.{kind} -q {path} && sudo mkdir -p /data")
        mount(local_aws, instance, volumes[-1])
        return volumes[-1]

    yield make
    local_aws.ssh(instance, "sudo umount /data")
    for volume in volumes:
        local_aws.ec2.detach_volume(VolumeId=volume)
        local_aws.ec2.delete_volume(VolumeId=volume)


def mount(local_aws, instance, volume):
    local_aws.ssh(instance, f"sudo mount {local_aws.path(volume)} /data && sudo chmod 777 /data")


def group_of(local_aws, instance):
    """Returns the control group with all processes of a machine."""
    root = next(root for kind, root in hierarchies() if kind == "cgroup2")
    return root / Names.of(local_aws.home).cgroup / instance / "payload"


def boot_again(local_aws, instance):
    """Boots a machine that went off by itself."""
    local_aws.until(lambda: local_aws.state(instance) == "stopped")
    local_aws.ec2.start_instances(InstanceIds=[instance])
    local_aws.wait_for_ssh(instance)


@pytest.mark.parametrize("kind", ["ext4", "xfs"])
def test_a_flushed_file_is_whole_after_a_power_cut_and_another_one_is_gone(local_aws, instance, disks, data, kind):
    volume = data(kind)
    flushed = local_aws.ssh(
        instance, "cd /data && head -c 5M /dev/urandom >flushed && sync flushed && sha256sum flushed"
    )
    for attempt in range(ATTEMPTS):
        before = disks.flushes(volume)
        local_aws.ssh(instance, f"head -c 1M /dev/urandom >/data/other-{attempt}")
        disks.cut(group_of(local_aws, instance), volume)
        # Anybody on this computer may have called sync meanwhile. So may the file system, after some seconds.
        was_lost = disks.flushes(volume) == before
        boot_again(local_aws, instance)
        if was_lost:
            break
        mount(local_aws, instance, volume)
    else:
        pytest.fail(f"something flushed the disk in each of {ATTEMPTS} attempts")
    if kind == "ext4":
        assert "needs_recovery" in local_aws.ssh(instance, f"sudo dumpe2fs -h {local_aws.path(volume)} 2>&1")
    mount(local_aws, instance, volume)
    assert local_aws.ssh(instance, "cd /data && sha256sum flushed") == flushed
    assert f"other-{attempt}" not in local_aws.ssh(instance, "ls /data").split()


def test_the_other_file_is_there_on_an_ordinary_disk(make_local_aws):
    ordinary = make_local_aws()
    machine = ordinary.run()
    volume = ordinary.volume(machine)
    path = ordinary.attach(volume, machine)
    ordinary.ssh(machine, f"sudo mkfs.ext4 -q {path} && sudo mkdir /data")
    mount(ordinary, machine, volume)
    written = ordinary.ssh(machine, "cd /data && head -c 1M /dev/urandom >other && sha256sum other")
    (group_of(ordinary, machine) / "cgroup.kill").write_text("1")
    boot_again(ordinary, machine)
    mount(ordinary, machine, volume)
    assert ordinary.ssh(machine, "cd /data && sha256sum other") == written


def test_what_a_program_said_to_be_flushed_is_there_after_a_power_cut(local_aws, instance, disks, data):
    volume = data("ext4")
    login = ["ssh", "-i", str(local_aws.login.private), "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR"]
    login += [
        "-o",
        "UserKnownHostsFile=/dev/null",
        "-o",
        "ServerAliveInterval=1",
        f"admin@{local_aws.address(instance)}",
    ]
    counting = subprocess.Popen([*login, f"python3 -c '{COUNT}'"], stdout=subprocess.PIPE, text=True)
    assert counting.stdout is not None
    said = [counting.stdout.readline() for _ in range(50)]
    disks.cut(group_of(local_aws, instance), volume)
    said += counting.stdout.readlines()
    counting.wait()
    boot_again(local_aws, instance)
    mount(local_aws, instance, volume)
    numbers = local_aws.ssh(instance, "cat /data/numbers").splitlines()
    # The last line may be cut off.
    assert numbers[: len(said) - 1] == [line.strip() for line in said[:-1]]


def test_a_snapshot_has_what_was_written_and_not_flushed(local_aws, instance, disks, data):
    volume = data("xfs")
    written = local_aws.ssh(instance, "cd /data && head -c 1M /dev/urandom >other && sha256sum other")
    snapshot = local_aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    local_aws.until(lambda: state_of_snapshot(local_aws, snapshot) == "completed")
    copy = local_aws.volume(instance, SnapshotId=snapshot)
    path = local_aws.attach(copy, instance, "/dev/sdg")
    local_aws.ssh(instance, f"sudo mkdir -p /copy && sudo mount -o nouuid {path} /copy")
    assert local_aws.ssh(instance, "cd /copy && sha256sum other") == written
    local_aws.ssh(instance, "sudo umount /copy")
    local_aws.ec2.detach_volume(VolumeId=copy)
    local_aws.ec2.delete_volume(VolumeId=copy)
    assert not (disks.mount_point / copy).exists()


def state_of_snapshot(local_aws, snapshot):
    return local_aws.ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["State"]


def test_a_detached_disk_is_flushed(local_aws, instance, disks, data, place):
    volume = data("ext4")
    local_aws.ssh(instance, "head -c 1M /dev/urandom >/data/other && sudo umount /data")
    local_aws.ec2.detach_volume(VolumeId=volume)
    subprocess.run(["cmp", place.folder / "kept" / volume, disks.mount_point / volume], check=True)
    local_aws.attach(volume, instance)
    mount(local_aws, instance, volume)


def test_a_disk_that_grew_has_its_size_after_a_power_cut(local_aws, instance, disks, data):
    volume = data("xfs")
    local_aws.ec2.modify_volume(VolumeId=volume, Size=2)
    size = f"lsblk --bytes --noheadings --output SIZE {local_aws.path(volume)}"
    local_aws.until(lambda: local_aws.ssh(instance, size).strip() == str(2 * 1024**3))
    local_aws.ssh(instance, "sudo xfs_growfs /data && sync -f /data")
    grown = local_aws.ssh(instance, "df --output=size /data")
    disks.cut(group_of(local_aws, instance), volume)
    boot_again(local_aws, instance)
    mount(local_aws, instance, volume)
    assert local_aws.ssh(instance, "df --output=size /data") == grown
    assert local_aws.ssh(instance, size).strip() == str(2 * 1024**3)


def test_a_start_after_a_kill_of_the_server_takes_the_disks_from_what_ran_on(local_aws, instance, disks):
    volume = local_aws.volume(instance)
    local_aws.attach(volume, instance)
    assert any(f"on {disks.mount_point / volume}" in line for line in clean_up.leftovers(local_aws.home))
    local_aws.kill()
    clean_up.clean_up(local_aws.home)
    assert clean_up.leftovers(local_aws.home) == []
    local_aws.start()
    local_aws.wait_for_ssh(instance)
    local_aws.ec2.detach_volume(VolumeId=volume)
    local_aws.ec2.delete_volume(VolumeId=volume)


def test_fails_to_cut_the_power_of_a_disk_that_no_machine_has(local_aws, instance, disks):
    (disks.mount_point / "vol-unused").touch()
    local_aws.until(lambda: disks.writers("vol-unused") == 0)
    with pytest.raises(AssertionError, match="nothing uses the disk vol-unused"):
        disks.cut(group_of(local_aws, instance), "vol-unused")
    assert local_aws.state(instance) == "running"
    (disks.mount_point / "vol-unused").unlink()


def test_fails_to_cut_the_power_of_a_disk_that_does_not_exist(local_aws, instance, disks):
    with pytest.raises(AssertionError, match="there is no disk vol-none"):
        disks.cut(group_of(local_aws, instance), "vol-none")
    assert local_aws.state(instance) == "running"
