"""An instance is a machine that boots."""

import base64
import gzip
import time

import pytest
from botocore.exceptions import ClientError

MOVE_SSH = """#!/bin/bash
echo 'Port 2222' > /etc/ssh/sshd_config.d/port.conf
sshd -t && systemctl restart ssh
"""
SLOW_BOOT_SEC = 300
SLOW_BOOT = f"#cloud-config\nbootcmd: [[sleep, '{SLOW_BOOT_SEC}']]\n"


def test_boots_to_a_login_with_the_given_key(local_aws, instance):
    assert local_aws.ssh(instance, "id -un; sudo id -un").split() == ["admin", "root"]
    assert local_aws.ssh(instance, "systemctl is-system-running --wait") == "running"
    assert local_aws.ssh(instance, ". /etc/os-release; echo $VERSION_CODENAME") == "trixie"


def test_answers_run_instances_before_the_machine_is_up(local_aws):
    started = time.monotonic()
    answer = local_aws.ec2.run_instances(
        ImageId=local_aws.image(), InstanceType="t3.micro", KeyName="tests", MinCount=1, MaxCount=1, UserData=SLOW_BOOT
    )
    took = time.monotonic() - started
    local_aws.ec2.terminate_instances(InstanceIds=[answer["Instances"][0]["InstanceId"]])
    assert took < SLOW_BOOT_SEC


def test_fails_to_log_in_with_another_key(local_aws, instance, tmp_path):
    other = type(local_aws.login)(tmp_path)
    done = other.ssh(local_aws.address(instance), "true")
    assert done.returncode == 255
    assert "Permission denied" in done.stderr


def test_runs_user_data_that_moves_the_ssh_port(local_aws):
    moved = local_aws.run(UserData=MOVE_SSH, ssh_port=2222)
    assert local_aws.ssh(moved, "echo here", port=2222) == "here"
    assert local_aws.login.ssh(local_aws.address(moved), "true").returncode == 255
    local_aws.ec2.terminate_instances(InstanceIds=[moved])


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(gzip.compress, id="gzip"),
        pytest.param(base64.b64encode, id="base64-within-base64"),
        pytest.param(lambda data: data, id="plain"),
    ],
)
def test_runs_user_data_however_it_is_encoded(local_aws, encode):
    made = local_aws.run(UserData=encode(b"#!/bin/bash\necho packed > /run/user-data-ran\n"))
    local_aws.ssh(made, "cloud-init status --wait")
    assert local_aws.ssh(made, "cat /run/user-data-ran") == "packed"
    local_aws.ec2.terminate_instances(InstanceIds=[made])


def test_knows_its_name_and_the_way_out(local_aws, instance):
    private = local_aws.describe(instance)["PrivateIpAddress"]
    assert local_aws.ssh(instance, "hostname") == f"ip-{private.replace('.', '-')}"
    assert local_aws.ssh(instance, "sudo true 2>&1") == ""
    assert local_aws.ssh(instance, "ip -j route get 192.0.2.1 | grep -c ens5") == "1"


def test_shows_the_console(local_aws, instance):
    output = local_aws.ec2.get_console_output(InstanceId=instance)["Output"]
    assert "Welcome to" in output
    assert "cloud-init" in output


def test_gives_every_machine_services_of_its_own(local_aws, instance):
    other = local_aws.run()
    local_aws.ssh(other, "sudo systemctl stop dbus.socket dbus.service")
    assert local_aws.ssh(instance, "systemctl is-active dbus.service ssh.service").split() == ["active", "active"]
    local_aws.ec2.terminate_instances(InstanceIds=[other])


def test_fails_for_a_subnet_that_is_not_there_and_leaves_nothing(local_aws):
    def present():
        return {folder.name for folder in (local_aws.home / "instances").iterdir()}

    before = present()
    with pytest.raises(ClientError, match="InvalidSubnetID"):
        local_aws.run(SubnetId="subnet-0123456789abcdef0")
    assert present() == before
