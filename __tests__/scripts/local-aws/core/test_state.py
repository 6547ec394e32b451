"""What an end of the process loses: nothing that was saved, and no part of a change."""

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


def test_survives_a_kill_after_every_saved_change(start, tmp_path):
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


def test_a_store_survives_a_kill_at_once(start, tmp_path):
    aws = start(tmp_path / "home")
    STEPS["a snapshot schedule"](aws)
    before = aws.client("dlm").get_lifecycle_policies()["Policies"]
    aws.kill_at_once()
    assert aws.start().client("dlm").get_lifecycle_policies()["Policies"] == before != []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_kill_in_the_middle_of_many_changes_loses_the_last_ones_alone(start, tmp_path, seed):
    aws = start(tmp_path / "home")
    saved = new_volume(aws)
    aws.wait_until_saved()
    answered: list[str] = []
    ended: list[Exception] = []

    def create_until_killed() -> None:
        try:
            while True:
                answered.append(new_volume(aws))
        except (BotoCoreError, ClientError) as error:
            ended.append(error)

    thread = threading.Thread(target=create_until_killed)
    thread.start()
    deadline = time.monotonic() + 600
    while len(answered) < 10 and not ended and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(random.Random(seed).random())
    assert ended == []
    aws.kill_at_once()
    thread.join(timeout=600)
    kept = volume_ids(aws.start())
    assert saved in kept
    lost = [volume not in kept for volume in answered]
    # The state is that of one moment: it has every change before that moment, and none after it.
    assert lost == sorted(lost)


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
    aws.wait_until_saved()
    assert [file.read_bytes() for file in bodies.iterdir()] == [b"third"]
    s3.delete_object(Bucket="bucket", Key="key")
    aws.wait_until_saved()
    assert list(bodies.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads a process's processor time from Linux's /proc")
def test_saving_costs_a_call_the_same_with_much_that_did_not_change(start, tmp_path):
    aws = start(tmp_path / "home")
    few = cost_of_a_call(aws)
    for _ in range(300):
        aws.client("ec2").create_tags(Resources=[new_volume(aws)], Tags=[{"Key": "Name", "Value": "x" * 100}])
    many = cost_of_a_call(aws)
    # In processor time, since other programs share the computer.
    assert many - few < 0.01, f"{few * 1000:.1f} ms with few volumes, {many * 1000:.1f} ms with 300"


def cost_of_a_call(aws, calls: int = 100) -> float:
    """Returns the processor time in seconds that the server takes for a change, with its saving."""
    iam = aws.client("iam")
    aws.wait_until_saved()
    before = processor_sec(aws.process.pid)
    for number in range(calls):
        iam.create_role(RoleName=f"role-{time.monotonic_ns()}-{number}", AssumeRolePolicyDocument=ASSUME)
    aws.wait_until_saved()
    return (processor_sec(aws.process.pid) - before) / calls


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


def test_fails_while_the_state_cannot_be_saved_and_changes_nothing(start, tmp_path):
    aws = start(tmp_path / "home")
    new_volume(aws)
    aws.wait_until_saved()
    # The next state is written to this path, and a folder cannot be written to.
    (tmp_path / "home" / "api" / "state.tmp").mkdir()
    answered = new_volume(aws)
    with pytest.raises(
        ClientError, match=r"LocalAwsStateNotSaved.*nothing was changed, since the state cannot be saved"
    ):
        change_until_refused(aws)
    before = volume_ids(aws)
    with pytest.raises(ClientError, match="LocalAwsStateNotSaved"):
        new_volume(aws)
    assert volume_ids(aws) == before
    (tmp_path / "home" / "api" / "state.tmp").rmdir()
    kept = new_volume(aws)
    aws.kill()
    assert {answered, kept} <= volume_ids(aws.start())


def change_until_refused(aws) -> None:
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        new_volume(aws)
        time.sleep(0.05)


def test_fails_when_a_store_cannot_be_saved(start, tmp_path):
    aws = start(tmp_path / "home")
    STEPS["a snapshot schedule"](aws)
    (file,) = (tmp_path / "home" / "api" / "stores" / "dlm").iterdir()
    file.with_name(f"{file.name}.tmp").mkdir()
    with pytest.raises(
        ClientError, match=r"LocalAwsStateNotSaved.*the call was performed, but the state cannot be saved"
    ):
        STEPS["a snapshot schedule"](aws)
    file.with_name(f"{file.name}.tmp").rmdir()
    STEPS["a snapshot schedule"](aws)
    aws.kill_at_once()
    assert len(aws.start().client("dlm").get_lifecycle_policies()["Policies"]) == 3
