"""Instances, volumes and snapshots pass through AWS's states in real time, and say why they fail."""

import pytest


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
    assert reason["Message"].startswith("Server.InternalError: Internal error on launch: `cp ")
