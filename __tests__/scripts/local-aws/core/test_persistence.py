"""No end of the process loses a call that was answered."""

import json
import os
import random
import re
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from signing import key_of, sign

ASSUME = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]})
POLICY = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
IRELAND = {"LocationConstraint": "eu-west-1"}


def volume_ids(aws) -> set[str]:
    return {volume["VolumeId"] for volume in aws.client("ec2").describe_volumes()["Volumes"]}


def new_volume(aws, size: int = 1) -> str:
    return aws.client("ec2").create_volume(Size=size, AvailabilityZone="eu-west-1a", VolumeType="gp3")["VolumeId"]


# Each step makes or changes something of another kind.
STEPS = {
    "a volume": lambda aws: aws.client("ec2").create_volume(Size=1, AvailabilityZone="eu-west-1a")["VolumeId"],
    "a grown volume": lambda aws: aws.client("ec2").modify_volume(VolumeId=next(iter(volume_ids(aws))), Size=2),
    "a key pair": lambda aws: aws.client("ec2").create_key_pair(KeyName="key"),
    "a role": lambda aws: aws.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument=ASSUME),
    "a policy on it": lambda aws: aws.client("iam").attach_role_policy(RoleName="role", PolicyArn=POLICY),
    "a KMS key": lambda aws: aws.client("kms").create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256"),
    "a bucket": lambda aws: aws.client("s3").create_bucket(Bucket="bucket", CreateBucketConfiguration=IRELAND),
    "an object": lambda aws: aws.client("s3").put_object(Bucket="bucket", Key="key", Body=b"body"),
    "another body": lambda aws: aws.client("s3").put_object(Bucket="bucket", Key="key", Body=b"another"),
    "a snapshot schedule": lambda aws: aws.client("dlm").create_lifecycle_policy(
        ExecutionRoleArn="arn", Description="daily", State="ENABLED", PolicyDetails={"ResourceTypes": ["VOLUME"]}
    ),
    "a parameter": lambda aws: aws.client("ssm").put_parameter(Name="/name", Value="value", Type="String"),
    "a removal": lambda aws: aws.client("ec2").delete_key_pair(KeyName="key"),
}


def seen(aws) -> dict[str, Any]:
    """Returns everything that the steps may have made."""
    ec2, iam, s3, kms = (aws.client(service) for service in ("ec2", "iam", "s3", "kms"))
    buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    roles = [role["RoleName"] for role in iam.list_roles()["Roles"] if role["Path"] == "/"]
    keys = [key["KeyId"] for key in kms.list_keys()["Keys"]]
    return {
        "volumes": ec2.describe_volumes()["Volumes"],
        "pairs": ec2.describe_key_pairs()["KeyPairs"],
        "networks": [vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"]],
        "roles": {role: iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] for role in roles},
        "attachments": iam.get_policy(PolicyArn=POLICY)["Policy"]["AttachmentCount"],
        "buckets": buckets,
        "keys": {key: kms.get_public_key(KeyId=key)["PublicKey"] for key in keys},
        "objects": [
            (bucket, item["Key"], s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read())
            for bucket in buckets
            for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])
        ],
        "policies": aws.client("dlm").get_lifecycle_policies()["Policies"],
        "parameters": aws.client("ssm").describe_parameters()["Parameters"],
    }


def test_survives_a_kill_after_every_answered_change(start, tmp_path):
    aws = start(tmp_path / "home")
    for name, step in STEPS.items():
        before = seen(aws)
        step(aws)
        after = seen(aws)
        assert after != before, f"{name} changed nothing that this test can see"
        aws.kill()
        assert seen(aws.start()) == after, f"{name} was lost"


def test_survives_an_orderly_stop(start, tmp_path):
    aws = start(tmp_path / "home")
    for step in STEPS.values():
        step(aws)
    before = seen(aws)
    assert aws.stop() == 0
    assert seen(aws.start()) == before


def test_a_region_that_was_only_looked_at_keeps_its_default_network(start, tmp_path):
    aws = start(tmp_path / "home")
    before = aws.client("ec2", "ap-southeast-2").describe_subnets()["Subnets"]
    aws.kill()
    assert aws.start().client("ec2", "ap-southeast-2").describe_subnets()["Subnets"] == before


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_kill_in_the_middle_of_many_changes_loses_no_answered_one(start, tmp_path, seed):
    aws = start(tmp_path / "home")
    new_volume(aws)
    answered: list[str] = []
    ended: list[Exception] = []

    def create_until_killed() -> None:
        try:
            while True:
                answered.append(new_volume(aws))
        except (BotoCoreError, ClientError) as error:
            ended.append(error)

    threads = [threading.Thread(target=create_until_killed) for _ in range(4)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 600
    while len(answered) < 10 and not ended and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(random.Random(seed).random() / 10)
    assert ended == []
    aws.kill()
    for thread in threads:
        thread.join(timeout=600)
    assert set(answered) <= volume_ids(aws.start())


def test_reset_forgets_everything_for_good(start, tmp_path):
    aws = start(tmp_path / "home")
    pristine = {name: value for name, value in seen(aws).items() if name != "networks"}
    for step in STEPS.values():
        step(aws)
    request_reset(aws)
    aws.kill()
    assert {name: value for name, value in seen(aws.start()).items() if name != "networks"} == pristine


def request_reset(aws) -> None:
    from urllib.request import Request, urlopen

    url = f"{aws.url}/moto-api/reset"
    signed = sign(key_of(aws.home), "POST", url)
    with urlopen(Request(url, method="POST", headers=signed), timeout=600) as answer:
        assert answer.status == 200


def test_leaves_no_bodies_of_objects_that_are_gone(start, tmp_path):
    aws = start(tmp_path / "home")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration=IRELAND)
    for body in (b"first", b"second", b"third"):
        s3.put_object(Bucket="bucket", Key="key", Body=body)
    bodies = tmp_path / "home" / "api" / "bodies"
    assert [file.read_bytes() for file in bodies.iterdir()] == [b"third"]
    s3.delete_object(Bucket="bucket", Key="key")
    assert list(bodies.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads a process's processor time from Linux's /proc")
def test_a_change_with_its_saving_takes_milliseconds_of_processor_time(start, tmp_path):
    aws = start(tmp_path / "home")
    new_volume(aws)
    calls = 30
    before = processor_sec(aws.process.pid)
    for _ in range(calls):
        new_volume(aws)
    # In processor time, since other programs share the computer. A call took 20 ms when this was written.
    assert (processor_sec(aws.process.pid) - before) / calls < 0.1


def processor_sec(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_fails_in_one_sentence_on_the_state_of_another_version(start, command, tmp_path):
    aws = start(tmp_path / "home")
    new_volume(aws)
    aws.stop()
    state = tmp_path / "home" / "api" / "state"
    state.write_bytes(re.sub(rb'"moto": "[^"]+"', b'"moto": "4.9.9"', state.read_bytes(), count=1))
    before = state.read_bytes()
    code, printed = command("serve", "--home", aws.home, "--port", 0)
    assert code == 1
    (line,) = printed.splitlines()
    assert re.fullmatch(
        r'local-aws: the saved state in .* was written by {.*"4.9.9".*}, and this is {.*}: forget it .*', line
    )
    assert state.read_bytes() == before
    assert command("clean", "--home", aws.home) == (0, "")


def test_fails_in_one_sentence_on_a_state_that_cannot_be_read(start, command, tmp_path):
    aws = start(tmp_path / "home")
    new_volume(aws)
    aws.stop()
    state = tmp_path / "home" / "api" / "state"
    state.write_bytes(state.read_bytes()[:-100])
    code, printed = command("serve", "--home", aws.home, "--port", 0)
    assert code == 1
    (line,) = printed.splitlines()
    assert line.startswith(f"local-aws: the saved state in {aws.home}/api cannot be read (")


def test_fails_when_the_state_cannot_be_saved(start, tmp_path):
    aws = start(tmp_path / "home")
    new_volume(aws)
    # The next state is written to this path, and a folder cannot be written to.
    (tmp_path / "home" / "api" / "state.tmp").mkdir()
    with pytest.raises(
        ClientError, match=r"LocalAwsStateNotSaved.*the call was performed, but the state cannot be saved"
    ):
        new_volume(aws)
    (tmp_path / "home" / "api" / "state.tmp").rmdir()
    kept = new_volume(aws)
    aws.kill()
    assert kept in volume_ids(aws.start())
