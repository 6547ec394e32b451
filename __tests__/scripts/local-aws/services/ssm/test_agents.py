"""Which machines have the agent, and may register it. Nothing boots: the rules read what EC2 and IAM hold."""

import json
from types import SimpleNamespace

import pytest
from local_aws.services.ssm.agents import has_agent, may_register

DEBIAN, CANONICAL, OWN = "136693071363", "099720109477", "123456789012"


def image(name="debian-13-amd64", owner=DEBIAN, alias="amazon", source=None, **tags):
    told = [{"key": key, "value": value} for key, value in tags.items()]
    return SimpleNamespace(name=name, owner_id=owner, owner_alias=alias, source=source, get_tags=lambda: told)


def own(source=None, **tags):
    return image("workbench", OWN, None, source, **tags)


def instance(of_image, roles=()):
    profile = SimpleNamespace(iam_instance_profile=SimpleNamespace(roles=list(roles)))
    backend = SimpleNamespace(amis={"ami-1": of_image}, iam_instance_profile_associations={"i-1": profile})
    return SimpleNamespace(id="i-1", image_id="ami-1", ec2_backend=backend)


@pytest.mark.parametrize(
    ("of_image", "expected"),
    [
        (own(SsmAgent="true"), True),
        (own(SsmAgent="false"), False),
        (own(), False),
        (own(source=own(SsmAgent="true")), True),
        (own(source=own(SsmAgent="true"), SsmAgent="false"), False),
        (own(source=own(source=image("al2023-ami-2023.9", "137112412989"))), True),
        (image(), False),
        (image("al2023-ami-2023.9-x86_64", "137112412989"), True),
        (image("al2023-ami-ecs-hvm-2023.0-x86_64-ebs", "591542846629"), True),
        (image("al2023-ami-minimal-2023.9-x86_64", "137112412989"), False),
        (image("al2023-ami-2023.9-x86_64", OWN, None), False),
        (image("ubuntu/images/hvm-ssd/ubuntu-noble", CANONICAL), True),
    ],
    ids=[
        *("tag", "tag-false", "own", "copied", "copied-and-tagged", "made-of-amazons", "debian", "amazon-linux"),
        *("ecs-optimized", "minimal", "only-the-name", "ubuntu"),
    ],
)
def test_the_image_says_whether_the_agent_is_in_it(of_image, expected):
    assert has_agent(instance(of_image)) is expected


def test_an_instance_whose_image_is_gone_has_none():
    assert has_agent(instance(None)) is False


def role(*statements, managed=()):
    versions = [
        SimpleNamespace(document=json.dumps({"Statement": list(managed)}), is_default_version=True),
        SimpleNamespace(document=json.dumps({"Statement": [allow("*")]}), is_default_version=False),
    ]
    policies = {"inline": json.dumps({"Statement": list(statements)})}
    return SimpleNamespace(policies=policies, managed_policies={"arn": SimpleNamespace(versions=versions)})


def allow(*actions, effect="Allow", key="Action"):
    return {"Effect": effect, key: list(actions), "Resource": "*"}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        ([], False),
        ([role()], False),
        ([role(allow("ssm:GetParameter"))], False),
        ([role(allow("ssm:UpdateInstanceInformation"))], True),
        ([role(allow("SSM:Update*"))], True),
        ([role(managed=[allow("ssm:UpdateInstanceInformation")])], True),
        ([role(allow("ssm:*"), allow("ssm:UpdateInstanceInformation", effect="Deny"))], False),
        ([role(allow("iam:*", key="NotAction"))], True),
        ([role(allow("ssm:*", key="NotAction"))], False),
    ],
    ids=["no-role", "nothing", "other", "inline", "pattern", "managed", "denied", "all-but-iam", "all-but-ssm"],
)
def test_the_role_says_whether_the_agent_may_register(roles, expected):
    assert may_register(instance(own(), roles)) is expected
