"""Stop, start, reboot and terminate, from outside and from inside the machine."""

import pytest
from botocore.exceptions import ClientError


def test_stops_and_starts_with_its_files(local_aws, instance):
    local_aws.ssh(instance, "echo kept | sudo tee /etc/kept")
    private = local_aws.describe(instance)["PrivateIpAddress"]
    local_aws.ec2.stop_instances(InstanceIds=[instance])
    assert local_aws.state(instance) == "stopped"
    assert instance not in local_aws.health()["running_machines"]
    local_aws.ec2.start_instances(InstanceIds=[instance])
    local_aws.wait_for_ssh(instance)
    assert local_aws.ssh(instance, "cat /etc/kept") == "kept"
    assert local_aws.describe(instance)["PrivateIpAddress"] == private


def test_reboots_from_outside(local_aws, instance):
    before = local_aws.boot_id(instance)
    local_aws.ec2.reboot_instances(InstanceIds=[instance])
    local_aws.wait_for_ssh(instance, other_than=before)
    assert local_aws.state(instance) == "running"


def test_reboots_from_inside(local_aws, instance):
    before = local_aws.boot_id(instance)
    local_aws.login.ssh(local_aws.address(instance), "sudo reboot")
    local_aws.wait_for_ssh(instance, other_than=before)
    assert local_aws.state(instance) == "running"


def test_reboots_right_after_it_was_started(local_aws):
    made = local_aws.ec2.run_instances(
        ImageId=local_aws.image(), InstanceType="t3.micro", KeyName="tests", MinCount=1, MaxCount=1
    )["Instances"][0]["InstanceId"]
    local_aws.ec2.reboot_instances(InstanceIds=[made])
    local_aws.until(lambda: local_aws.console(made).count("running in system mode") == 2)
    local_aws.wait_for_ssh(made)
    local_aws.ec2.terminate_instances(InstanceIds=[made])


def test_is_stopped_when_it_powers_itself_off(local_aws, instance):
    local_aws.ec2.modify_instance_attribute(InstanceId=instance, DisableApiStop={"Value": True})
    local_aws.login.ssh(local_aws.address(instance), "sudo poweroff")
    local_aws.until(lambda: local_aws.state(instance) == "stopped")
    described = local_aws.describe(instance)
    assert described["StateReason"] == {
        "Code": "Client.InstanceInitiatedShutdown",
        "Message": "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
    }
    assert described["StateTransitionReason"] == ""
    local_aws.ec2.modify_instance_attribute(InstanceId=instance, DisableApiStop={"Value": False})
    local_aws.ec2.start_instances(InstanceIds=[instance])
    local_aws.wait_for_ssh(instance)


def test_is_terminated_when_it_powers_itself_off_and_the_request_says_so(local_aws):
    made = local_aws.run(InstanceInitiatedShutdownBehavior="terminate")
    local_aws.login.ssh(local_aws.address(made), "sudo poweroff")
    local_aws.until(lambda: local_aws.state(made) == "terminated")
    local_aws.until(lambda: not (local_aws.home / "instances" / made).exists())


def test_terminates_and_deletes_the_volumes_that_the_request_names(local_aws):
    disks = {"VolumeSize": 1, "VolumeType": "gp3"}
    made = local_aws.run(
        BlockDeviceMappings=[
            {"DeviceName": "/dev/sdf", "Ebs": {**disks, "DeleteOnTermination": True}},
            {"DeviceName": "/dev/sdg", "Ebs": {**disks, "DeleteOnTermination": False}},
        ]
    )
    mapping = {
        entry["DeviceName"]: entry["Ebs"]["VolumeId"] for entry in local_aws.describe(made)["BlockDeviceMappings"]
    }
    assert local_aws.ssh(made, "ls /dev/disk/by-id | wc -l") == "2"
    local_aws.ec2.terminate_instances(InstanceIds=[made])
    left = {volume["VolumeId"] for volume in local_aws.ec2.describe_volumes()["Volumes"]}
    assert mapping["/dev/sdg"] in left
    assert mapping["/dev/sdf"] not in left
    assert {file.name for file in (local_aws.home / "disks").iterdir()} & set(mapping.values()) == {mapping["/dev/sdg"]}
    assert not (local_aws.home / "instances" / made).exists()
    local_aws.ec2.delete_volume(VolumeId=mapping["/dev/sdg"])
    interfaces = local_aws.ec2.describe_network_interfaces(
        Filters=[{"Name": "attachment.instance-id", "Values": [made]}]
    )
    assert interfaces["NetworkInterfaces"] == []


def test_changes_its_type_only_while_it_is_stopped(local_aws, instance):
    with pytest.raises(ClientError, match="IncorrectInstanceState"):
        local_aws.ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.small"})
    local_aws.ec2.stop_instances(InstanceIds=[instance])
    local_aws.ec2.modify_instance_attribute(InstanceId=instance, InstanceType={"Value": "t3.small"})
    local_aws.ec2.start_instances(InstanceIds=[instance])
    local_aws.wait_for_ssh(instance)
    assert local_aws.describe(instance)["InstanceType"] == "t3.small"
