"""A killed local AWS loses no machine and no disk. The next start cleans up and boots the running instances."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from local_aws.host import clean_up
from local_aws.host.containers import driver
from local_aws.host.containers.processes import leader_of

SOURCES = Path(__file__).parents[4] / "scripts" / "local-aws"


def supervisors(local_aws):
    return driver.supervisors(local_aws.home)


def test_after_a_kill_machines_boot_again_with_their_disks_and_addresses(make_local_aws):
    local_aws = make_local_aws()
    running, stopped = local_aws.run(), local_aws.run()
    elastic = local_aws.ec2.allocate_address(Domain="vpc")
    local_aws.ec2.associate_address(AllocationId=elastic["AllocationId"], InstanceId=running)
    volume = local_aws.volume(running)
    path = local_aws.attach(volume, running)
    local_aws.ssh(running, f"sudo mkfs.ext4 -q {path} && sudo mkdir /data && sudo mount {path} /data")
    local_aws.ssh(running, "echo precious | sudo tee /data/file /etc/file && sync")
    local_aws.ec2.stop_instances(InstanceIds=[stopped])
    local_aws.kill()
    assert supervisors(local_aws)

    local_aws.start()
    assert list(local_aws.health()["running_machines"]) == [running]
    local_aws.until(lambda: len(supervisors(local_aws)) == 1)
    assert local_aws.address(running) == elastic["PublicIp"]
    local_aws.wait_for_ssh(running)
    assert local_aws.ssh(running, f"cat /etc/file; sudo mount {path} /data; cat /data/file").split() == ["precious"] * 2
    assert local_aws.state(stopped) == "stopped"
    local_aws.ec2.start_instances(InstanceIds=[stopped])
    local_aws.wait_for_ssh(stopped)


def test_a_kill_at_once_loses_no_machine_that_runs_and_no_disk_that_is_there(make_local_aws):
    local_aws = make_local_aws()
    client = local_aws.new_client()
    # Each was asked for a moment before, and the kill comes as soon as it says that it is there.
    for seen in range(1, 4):
        made = client.run_instances(
            ImageId=local_aws.image(), InstanceType="t3.micro", KeyName="tests", MinCount=1, MaxCount=1
        )["Instances"][0]["InstanceId"]
        local_aws.until(lambda made=made: local_aws.state(made) == "running")
        local_aws.kill_at_once()
        local_aws.start()
        assert local_aws.state(made) == "running"
        assert len(local_aws.health()["running_machines"]) == seen
    zone = local_aws.describe(made)["Placement"]["AvailabilityZone"]
    volume = client.create_volume(Size=1, VolumeType="gp3", AvailabilityZone=zone)["VolumeId"]
    local_aws.until(lambda: state_of(client, volume) == "available")
    local_aws.kill_at_once()
    local_aws.start()
    assert state_of(client, volume) == "available"
    local_aws.wait_for_ssh(made)
    path = local_aws.attach(volume, made)
    local_aws.ssh(made, f"echo precious | sudo tee {path} && sync")
    snapshot = client.create_snapshot(VolumeId=volume)["SnapshotId"]
    local_aws.until(lambda: client.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["State"] == "completed")
    local_aws.kill_at_once()
    local_aws.start()
    assert client.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["State"] == "completed"
    local_aws.wait_for_ssh(made)
    assert local_aws.ssh(made, f"sudo head -c 8 {path}") == "precious"
    assert local_aws.health()["lost_and_found"] == []


def state_of(client, volume):
    return client.describe_volumes(VolumeIds=[volume])["Volumes"][0]["State"]


@pytest.fixture
def source(copies, make_local_aws):
    """A local AWS, its machine, and a volume of it with content."""
    local_aws = make_local_aws()
    instance = local_aws.run()
    path = local_aws.attach(volume := local_aws.volume(instance), instance)
    local_aws.ssh(instance, f"echo original | sudo tee {path} && sync")
    return local_aws, instance, volume


def until_saved(local_aws):
    local_aws.until(lambda: local_aws.health()["saved"])


def test_a_kill_loses_nothing_that_was_written_to_a_volume_that_had_just_been_made(copies, source):
    local_aws, instance, volume = source
    client = local_aws.new_client()
    with contextlib.ExitStack() as stack:
        snapshot = local_aws.ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
        with copies.held():
            zone = client.describe_volumes(VolumeIds=[volume])["Volumes"][0]["AvailabilityZone"]
            restored = client.create_volume(SnapshotId=snapshot, AvailabilityZone=zone)["VolumeId"]
            until_saved(local_aws)
            stack.enter_context(local_aws.killed_before_its_next_save())
            assert state_of(client, restored) == "creating"
        local_aws.until(lambda: state_of(client, restored) == "available")
        client.attach_volume(VolumeId=restored, InstanceId=instance, Device="/dev/sdg")
        path = local_aws.path(restored)
        assert local_aws.ssh(instance, f"sudo head -c 8 {path}") == "original"
        local_aws.ssh(instance, f"echo precious | sudo tee {path} && sync")
    local_aws.start()
    assert state_of(client, restored) == "available"
    local_aws.wait_for_ssh(instance)
    path = local_aws.attach(restored, instance, "/dev/sdg")
    assert local_aws.ssh(instance, f"sudo head -c 8 {path}") == "precious"


def image_of(client, image):
    """Returns the states of an image and of its snapshots."""
    described = client.describe_images(ImageIds=[image])["Images"][0]
    snapshots = [disk["Ebs"]["SnapshotId"] for disk in described["BlockDeviceMappings"]]
    states = client.describe_snapshots(SnapshotIds=snapshots)["Snapshots"]
    return described["State"], [each["State"] for each in states]


@pytest.mark.parametrize("finished", [True, False])
def test_after_a_kill_an_image_is_available_only_when_all_of_it_is_there(copies, source, finished):
    local_aws, instance, _volume = source
    client = local_aws.new_client()
    with contextlib.ExitStack() as stack:
        with copies.held():
            image = client.create_image(InstanceId=instance, Name="killed", NoReboot=True)["ImageId"]
            until_saved(local_aws)
            stack.enter_context(local_aws.killed_before_its_next_save())
            if not finished:
                stack.close()
        if finished:
            local_aws.until(lambda: image_of(client, image)[0] == "available")
    local_aws.start()
    assert image_of(client, image) == (("available", ["completed"] * 2) if finished else ("failed", ["error"] * 2))


def test_an_orderly_stop_leaves_nothing_and_a_start_picks_everything_up(make_local_aws):
    local_aws = make_local_aws()
    instance = local_aws.run()
    local_aws.ssh(instance, "echo kept | sudo tee /etc/kept")
    private, public = (local_aws.describe(instance)[key] for key in ("PrivateIpAddress", "PublicIpAddress"))
    local_aws.stop()
    assert clean_up.leftovers(local_aws.home) == []
    local_aws.start()
    local_aws.wait_for_ssh(instance)
    assert local_aws.ssh(instance, "cat /etc/kept") == "kept"
    assert [local_aws.describe(instance)[key] for key in ("PrivateIpAddress", "PublicIpAddress")] == [private, public]


def test_after_a_kill_of_machine_and_server_the_next_start_cleans(make_local_aws):
    local_aws = make_local_aws()
    instance = local_aws.run()
    nspawn = supervisors(local_aws)[0]
    leader = leader_of(nspawn)
    local_aws.kill()
    os.kill(nspawn, signal.SIGKILL)
    os.kill(leader, signal.SIGKILL)
    assert clean_up.leftovers(local_aws.home) != []
    local_aws.start()
    local_aws.wait_for_ssh(instance)


def test_a_machine_whose_nspawn_is_killed_is_stopped_and_starts_again(make_local_aws):
    local_aws = make_local_aws()
    instance = local_aws.run()
    os.kill(leader_of(supervisors(local_aws)[0]), signal.SIGKILL)
    local_aws.until(lambda: local_aws.state(instance) == "stopped")
    local_aws.ec2.start_instances(InstanceIds=[instance])
    local_aws.wait_for_ssh(instance)


def test_a_file_system_left_frozen_by_a_killed_snapshot_is_thawed(make_local_aws):
    local_aws = make_local_aws()
    instance = local_aws.run()
    path = local_aws.attach(local_aws.volume(instance), instance)
    local_aws.ssh(
        instance, f"sudo mkfs.ext4 -q {path} && sudo mkdir /data && sudo mount {path} /data && sudo touch /data/file"
    )
    local_aws.ssh(
        instance,
        "sudo fsfreeze --freeze /data; sudo sh -c 'echo late > /data/late' </dev/null >/dev/null 2>&1 &"
        " timeout 300 sh -c 'until pgrep --runstates D --full /data/[l]ate; do sleep 0.05; done'",
    )
    local_aws.kill()
    local_aws.start()
    local_aws.wait_for_ssh(instance)
    assert local_aws.ssh(instance, f"sudo mount {path} /data; ls /data/file") == "/data/file"


def test_clean_after_a_kill_leaves_nothing_at_all(make_local_aws):
    local_aws = make_local_aws()
    instance = local_aws.run()
    path = local_aws.attach(local_aws.volume(instance), instance)
    local_aws.ssh(instance, f"sudo mkfs.ext4 -q {path} && sudo mkdir /data && sudo mount {path} /data")
    local_aws.kill()
    assert clean_up.leftovers(local_aws.home) != []
    command = [sys.executable, "-m", "local_aws", "clean", "--home", str(local_aws.home)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(SOURCES)}, timeout=600)
    assert clean_up.leftovers(local_aws.home) == []
    assert not local_aws.home.exists()
    local_aws.home.mkdir()
