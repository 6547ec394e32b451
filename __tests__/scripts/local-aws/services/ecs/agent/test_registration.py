"""What an agent registers with its checkpoint, and what it refuses."""

import json
from types import SimpleNamespace

import pytest
from accounts import new_account
from local_aws.services.ecs.agent.config import Config
from local_aws.services.ecs.agent.registration import Checkpoint, Never, NotNow, register
from local_aws.services.ecs.records import INSTANCES, kept
from moto.ecs.models import ecs_backends

REGION = "eu-west-1"
TYPES = [{"VCpuInfo": {"DefaultVCpus": 2}, "MemoryInfo": {"SizeInMiB": 2048}}]
CONFIG = Config(cluster="c", attributes={"stack": "ecs"})


@pytest.fixture
def backend():
    made = ecs_backends[new_account()][REGION]
    made.create_cluster("c")
    return made


@pytest.fixture
def machine(backend):
    statement = {"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}
    role = SimpleNamespace(
        name="host",
        arn=f"arn:aws:iam::{backend.account_id}:role/host",
        policies={"p": json.dumps({"Statement": statement})},
        managed_policies={},
    )
    profile = SimpleNamespace(iam_instance_profile=SimpleNamespace(roles=[role]))
    ec2 = SimpleNamespace(
        account_id=backend.account_id,
        region_name=REGION,
        iam_instance_profile_associations={"i-1": profile},
        describe_instance_types=lambda _names: TYPES,
    )
    names = {"image_id": "ami-1", "availability_zone": "eu-west-1a", "subnet_id": "s", "vpc_id": "v"}
    return SimpleNamespace(id="i-1", ec2_backend=ec2, instance_type="t3.small", architecture="x86_64", **names)


def begin(machine, checkpoint=Checkpoint(), config=CONFIG):  # noqa: B008
    return register(machine, config, checkpoint, "26.1", 7)


def checkpoint_of(arn, **keywords):
    return Checkpoint(**{"arn": arn, "instance_id": "i-1", "cluster": "c", **keywords})


def test_a_machine_without_a_checkpoint_is_a_new_instance(backend, machine):
    begin(machine)
    begin(machine)
    (first, second) = kept(backend, INSTANCES).values()
    assert first["containerInstanceArn"] != second["containerInstanceArn"]
    attributes = {each["name"]: each.get("value") for each in first["attributes"]}
    assert (attributes["ecs.availability-zone"], attributes["stack"]) == ("eu-west-1a", "ecs")
    assert "com.amazonaws.ecs.capability.task-iam-role" in attributes


def test_a_machine_with_a_checkpoint_comes_back_with_the_attributes_that_were_put(backend, machine):
    arn = begin(machine)
    (instance,) = kept(backend, INSTANCES).values()
    instance["attributes"].append({"name": "put", "value": "yes"})
    assert begin(machine, checkpoint_of(arn)) == arn
    assert {"name": "put", "value": "yes"} in instance["attributes"]


def test_the_checkpoint_of_another_machine_is_that_of_its_image(machine):
    arn = begin(machine)
    assert begin(machine, checkpoint_of(arn, instance_id="i-2")) != arn


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            lambda machine, _instance: setattr(machine, "instance_type", "t3.large"),
            "The current instance type does not",
        ),
        (
            lambda _machine, instance: instance.update(status="INACTIVE"),
            "is INACTIVE: delete /var/lib/ecs/data/agent.db",
        ),
    ],
)
def test_fails_for_a_machine_that_cannot_be_the_one_of_its_checkpoint(backend, machine, change, said):
    arn = begin(machine)
    change(machine, next(iter(kept(backend, INSTANCES).values())))
    with pytest.raises(Never, match=said):
        begin(machine, checkpoint_of(arn))


def test_fails_for_a_checkpoint_of_another_cluster(machine):
    arn = begin(machine)
    with pytest.raises(Never, match="saved cluster 'other' does not match configured cluster 'c'"):
        begin(machine, checkpoint_of(arn, cluster="other"))


def test_fails_for_a_cluster_that_does_not_exist(machine):
    with pytest.raises(NotNow, match="Cluster absent not found"):
        begin(machine, config=Config(cluster="absent"))


def test_the_cluster_default_is_made(backend, machine):
    begin(machine, config=Config())
    assert "default" in backend.clusters


@pytest.mark.parametrize("action", ["ecs:RegisterContainerInstance", "ecs:Poll", "ecs:SubmitTaskStateChange"])
def test_fails_without_a_permission_and_registers_nothing(backend, machine, action):
    (role,) = machine.ec2_backend.iam_instance_profile_associations["i-1"].iam_instance_profile.roles
    denied = {"Effect": "Deny", "Action": action, "Resource": "*"}
    role.policies["denied"] = json.dumps({"Statement": denied})
    with pytest.raises(NotNow, match=f"assumed-role/host/i-1 is not authorized to perform: {action}"):
        begin(machine)
    assert kept(backend, INSTANCES) == {}


@pytest.mark.parametrize("text", ["", "{}", "[]", "broken", '{"ContainerInstanceArn": "x"}'])
def test_a_broken_checkpoint_says_nothing(text):
    assert Checkpoint.read(text) == Checkpoint()


def test_a_checkpoint_is_read_as_it_was_written():
    written = Checkpoint("arn", "i-1", "c", ("app:1",))
    assert Checkpoint.read(written.text()) == written
