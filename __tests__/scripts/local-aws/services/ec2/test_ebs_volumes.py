"""Volumes and snapshots: the local AWS refuses what EBS refuses, with EBS's code, and returns what EBS returns."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError
from local_aws.core.operations import ApiError
from local_aws.services.ec2.ebs_modifications import KIND, STATE, modify_volume
from moto.ec2.models import EC2Backend
from waiting import in_order, states_until, until

ZONE = "eu-west-1a"


@pytest.fixture
def volume_id(ec2):
    return ec2.create_volume(Size=10, AvailabilityZone=ZONE, VolumeType="gp3", Encrypted=True)["VolumeId"]


def told(ec2, volume_id):
    return ec2.describe_volumes(VolumeIds=[volume_id])["Volumes"][0]


def modification_of(ec2, volume_id):
    return ec2.describe_volumes_modifications(VolumeIds=[volume_id])["VolumesModifications"][0]


WRONG_VOLUMES = {
    "a zone of another region": ({"AvailabilityZone": "us-east-1a"}, "InvalidZone.NotFound", "it has eu-west-1a"),
    "no size": ({"Size": None}, "MissingParameter", "size/snapshot"),
    "too small": ({"VolumeType": "st1"}, "InvalidParameterValue", "expected 125 to 16384, got 10"),
    "too large": ({"Size": 65537}, "InvalidParameterValue", "expected 1 to 65536, got 65537"),
    "an unknown type": ({"VolumeType": "gp9"}, "InvalidParameterValue", "volume type 'gp9' is unknown"),
    "too few iops": ({"Iops": 2999}, "InvalidParameterValue", "expected 3000 to 80000, got 2999"),
    "too many iops": ({"Iops": 80001, "Size": 1000}, "InvalidParameterValue", "expected 3000 to 80000, got 80001"),
    "more iops than the size allows": ({"Iops": 5001}, "InvalidParameterCombination", "at most 500 per GiB"),
    "too little throughput": ({"Throughput": 124}, "InvalidParameterValue", "expected 125 to 2000, got 124"),
    "more throughput than the iops allow": (
        {"Throughput": 751},
        "InvalidParameterCombination",
        "too much for 3000 iops",
    ),
    "a missing snapshot": (
        {"SnapshotId": "snap-0123456789abcdef0"},
        "InvalidSnapshot.NotFound",
        "snap-0123456789abcdef0",
    ),
}


@pytest.mark.parametrize("name", WRONG_VOLUMES)
def test_fails_to_create_a_volume_with(ec2, name):
    parameters, code, message = WRONG_VOLUMES[name]
    wanted = {"Size": 10, "AvailabilityZone": ZONE, "VolumeType": "gp3", **parameters}
    before = len(ec2.describe_volumes()["Volumes"])
    with pytest.raises(ClientError) as caught:
        ec2.create_volume(**{key: value for key, value in wanted.items() if value is not None})
    assert caught.value.response["Error"]["Code"] == code
    assert message in caught.value.response["Error"]["Message"]
    assert len(ec2.describe_volumes()["Volumes"]) == before


@pytest.mark.parametrize(
    ("kind", "size", "iops", "throughput"), [("gp3", 10, 3000, 125), ("gp2", 100, 300, None), ("gp2", 1, 100, None)]
)
def test_a_volume_has_the_speed_of_its_type(ec2, kind, size, iops, throughput):
    made = ec2.create_volume(Size=size, AvailabilityZone=ZONE, VolumeType=kind)
    assert (made["Iops"], made.get("Throughput")) == (iops, throughput)


def test_a_volume_that_grows_twice_keeps_the_last_modification_only(ec2, volume_id):
    ec2.modify_volume(VolumeId=volume_id, Size=20)
    until(lambda: modification_of(ec2, volume_id)["ModificationState"], "completed")
    ec2.modify_volume(VolumeId=volume_id, Size=30, Iops=4000)
    until(lambda: modification_of(ec2, volume_id)["ModificationState"], "completed")
    modification = modification_of(ec2, volume_id)
    before = {key: modification[f"Original{key}"] for key in ("Size", "Iops", "Throughput", "VolumeType")}
    after = {key: modification[f"Target{key}"] for key in before}
    assert before == {"Size": 20, "Iops": 3000, "Throughput": 125, "VolumeType": "gp3"}
    assert after == {"Size": 30, "Iops": 4000, "Throughput": 125, "VolumeType": "gp3"}
    assert (modification["ModificationState"], modification["Progress"]) == ("completed", 100)
    assert told(ec2, volume_id)["Size"] == 30


def test_a_modification_takes_a_while(ec2, volume_id):
    made = ec2.modify_volume(VolumeId=volume_id, Size=20)["VolumeModification"]
    assert (made["ModificationState"], made["Progress"], made.get("EndTime")) == ("modifying", 0, None)
    seen = states_until(lambda: modification_of(ec2, volume_id)["ModificationState"], "completed")
    assert in_order(seen, "modifying", "optimizing", "completed")
    assert told(ec2, volume_id)["Size"] == 20
    assert modification_of(ec2, volume_id)["EndTime"] >= made["StartTime"]


def test_fails_to_modify_a_volume_that_is_being_modified():
    backend = EC2Backend("eu-west-1", "123456789012")
    backend.local_aws = {KIND: {"vol-1": {STATE: "optimizing"}}}
    backend.volumes["vol-1"] = SimpleNamespace(id="vol-1", status="in-use")
    response = SimpleNamespace(ec2_backend=backend, _get_param={"VolumeId": "vol-1", "Size": 20}.get)
    with pytest.raises(ApiError, match="Cannot modify volume vol-1 in modification state OPTIMIZING"):
        modify_volume(None, response)


def test_a_change_of_type_takes_the_new_types_speed(ec2):
    volume_id = ec2.create_volume(Size=100, AvailabilityZone=ZONE, VolumeType="gp2")["VolumeId"]
    ec2.modify_volume(VolumeId=volume_id, VolumeType="gp3")
    assert (told(ec2, volume_id)["Iops"], told(ec2, volume_id)["Throughput"]) == (3000, 125)


@pytest.mark.parametrize(
    ("change", "code"), [({"Size": 9}, "InvalidParameterValue"), ({"Iops": 9000}, "InvalidParameterCombination")]
)
def test_fails_to_modify_a_volume_beyond_its_limits(ec2, volume_id, change, code):
    before = told(ec2, volume_id)
    with pytest.raises(ClientError) as caught:
        ec2.modify_volume(VolumeId=volume_id, **change)
    assert caught.value.response["Error"]["Code"] == code
    assert told(ec2, volume_id) == before


def test_fails_to_describe_the_modification_of_a_volume_without_one(ec2, volume_id):
    with pytest.raises(ClientError, match=r"InvalidVolumeModification.NotFound"):
        ec2.describe_volumes_modifications(VolumeIds=[volume_id])


def test_a_snapshot_keeps_its_size_and_key_when_its_volume_grows(ec2, volume_id):
    key = told(ec2, volume_id)["KmsKeyId"]
    snapshot_id = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    ec2.modify_volume(VolumeId=volume_id, Size=20)
    (snapshot,) = ec2.describe_snapshots(Filters=[{"Name": "volume-size", "Values": ["10"]}], OwnerIds=["self"])[
        "Snapshots"
    ]
    assert (snapshot["SnapshotId"], snapshot["VolumeSize"], snapshot["KmsKeyId"]) == (snapshot_id, 10, key)


def test_describes_the_snapshots_of_the_given_owners_only(ec2, volume_id):
    snapshot_id = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]

    own = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]

    assert {each["OwnerId"] for each in own} == {"123456789012"}
    assert snapshot_id in [each["SnapshotId"] for each in own]
    assert len(ec2.describe_snapshots()["Snapshots"]) > len(own)


def test_a_volume_comes_back_from_a_snapshot(ec2, volume_id):
    snapshot_id = ec2.create_snapshot(VolumeId=volume_id)["SnapshotId"]
    ec2.delete_volume(VolumeId=volume_id)
    restored = ec2.create_volume(SnapshotId=snapshot_id, AvailabilityZone="eu-west-1b")
    assert (restored["Size"], restored["Encrypted"], restored["SnapshotId"]) == (10, True, snapshot_id)
    with pytest.raises(ClientError, match=f"smaller than snapshot '{snapshot_id}': expected at least 10 GiB"):
        ec2.create_volume(SnapshotId=snapshot_id, AvailabilityZone=ZONE, Size=9)


def test_volumes_are_encrypted_when_the_account_encrypts_by_default(aws):
    ec2 = aws.client("ec2", "eu-west-3")
    ec2.enable_ebs_encryption_by_default()
    assert ec2.create_volume(Size=1, AvailabilityZone="eu-west-3a")["Encrypted"] is True
