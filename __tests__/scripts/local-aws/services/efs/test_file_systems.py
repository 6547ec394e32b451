"""EFS: states, backup policies, file system policies."""

import itertools

import pytest
from botocore.exceptions import ClientError
from local_aws.services.efs.states import begin_mount_target
from moto.efs.models import EFSBackend
from waiting import in_order, states_until, until
from werkzeug.exceptions import HTTPException

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def efs(aws):
    return aws.client("efs")


@pytest.fixture
def made(efs):
    return efs.create_file_system(CreationToken=f"token-{next(NUMBERS)}")


@pytest.fixture
def file_system_id(efs, made):
    until(lambda: told(efs, made["FileSystemId"])["LifeCycleState"], "available")
    return made["FileSystemId"]


def told(efs, file_system_id):
    return efs.describe_file_systems(FileSystemId=file_system_id)["FileSystems"][0]


def test_a_file_system_and_its_mount_target_become_available(efs, ec2, made):
    assert made["LifeCycleState"] == "creating"
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    until(lambda: told(efs, made["FileSystemId"])["LifeCycleState"], "available")
    mount_target = efs.create_mount_target(FileSystemId=made["FileSystemId"], SubnetId=subnet)
    target = mount_target["MountTargetId"]

    def state():
        return efs.describe_mount_targets(MountTargetId=target)["MountTargets"][0]["LifeCycleState"]

    assert mount_target["LifeCycleState"] == "creating"
    until(state, "available")


def test_fails_to_mount_a_file_system_that_is_being_made():
    backend = EFSBackend("eu-west-1", "123456789012")
    backend.local_aws = {"states": {"fs-1": {"LifeCycleState": "creating"}}}
    with pytest.raises(HTTPException, match="the file system 'fs-1' is creating"):
        begin_mount_target(lambda *_: None, backend, "fs-1")


def test_backups_are_switched_on_and_off(efs, file_system_id):
    with pytest.raises(ClientError, match="PolicyNotFound"):
        efs.describe_backup_policy(FileSystemId=file_system_id)

    def status():
        return efs.describe_backup_policy(FileSystemId=file_system_id)["BackupPolicy"]["Status"]

    for asked in ("ENABLED", "DISABLED"):
        efs.put_backup_policy(FileSystemId=file_system_id, BackupPolicy={"Status": asked})
        assert in_order(states_until(status, asked), asked.replace("ED", "ING"), asked)


def test_a_policy_goes(efs, file_system_id):
    efs.put_file_system_policy(FileSystemId=file_system_id, Policy='{"Version": "2012-10-17", "Statement": []}')
    efs.delete_file_system_policy(FileSystemId=file_system_id)
    with pytest.raises(ClientError, match="PolicyNotFound"):
        efs.describe_file_system_policy(FileSystemId=file_system_id)


def test_throughput_changes(efs, file_system_id):
    efs.update_file_system(FileSystemId=file_system_id, ThroughputMode="elastic")
    assert told(efs, file_system_id)["ThroughputMode"] == "elastic"


def test_fails_with_the_id_of_a_file_system_that_does_not_exist(efs):
    with pytest.raises(ClientError, match="fs-0123456789abcdef0"):
        efs.update_file_system(FileSystemId="fs-0123456789abcdef0", ThroughputMode="elastic")
