"""The secrets of containers: which value a source means, and what a role may not read."""

import json
from types import SimpleNamespace

import pytest
from local_aws.services.ecs.agent.problems import TaskProblem
from local_aws.services.ecs.agent.roles import Actor
from local_aws.services.ecs.agent.secrets import read
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

ACCOUNT, REGION = "111122223333", "eu-west-1"


@pytest.fixture(scope="module")
def secret():
    """The ARN of a secret with two members."""
    backend = secretsmanager_backends[ACCOUNT][REGION]
    value = json.dumps({"password": "p", "port": 5984})
    made = backend.create_secret("database", value, *[None] * 5, replica_regions=[], force_overwrite=False)
    return json.loads(made)["ARN"]


@pytest.fixture(scope="module")
def parameter():
    """The ARN of a parameter."""
    ssm_backends[ACCOUNT][REGION].put_parameter("/app/word", "", "w", "SecureString", "", "", False, [], "text", "", "")
    return f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/word"


def actor(*statements):
    policies = {"p": json.dumps({"Statement": list(statements)})}
    return Actor("arn:aws:sts::1:assumed-role/r/s", (SimpleNamespace(policies=policies, managed_policies={}),))


def allowed(source, action="*", resource="*"):
    return read(source, actor({"Effect": "Allow", "Action": action, "Resource": resource}), ACCOUNT, REGION)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", '{"password": "p", "port": 5984}'),
        (":password::", "p"),
        (":port::", "5984"),
        (":password:AWSCURRENT:", "p"),
    ],
)
def test_a_source_means_a_secret_or_a_member_of_it(secret, more, expected):
    assert allowed(f"{secret}{more}", "secretsmanager:GetSecretValue", secret) == expected


def test_a_source_means_a_parameter_by_its_name_or_arn(parameter):
    assert (allowed("/app/word"), allowed(parameter, "ssm:GetParameters", parameter)) == ("w", "w")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (":absent::", "did not contain json key absent"),
        (":password:OLD:", "ResourceNotFoundException: Secrets Manager can't find the specified secret."),
        (":password::0a", "ResourceNotFoundException: "),
    ],
)
def test_fails_for_what_a_secret_has_not(secret, more, said):
    with pytest.raises(
        TaskProblem, match=f"Fetching secret data from AWS Secrets Manager in region eu-west-1: .*{said}"
    ):
        allowed(f"{secret}{more}")


def test_fails_for_a_secret_that_does_not_exist():
    with pytest.raises(TaskProblem, match="can't find the specified secret"):
        allowed(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:absent-abcdef")


def test_fails_for_a_parameter_that_does_not_exist():
    with pytest.raises(
        TaskProblem, match="Fetching secret data from SSM Parameter Store in eu-west-1: invalid parameters: /no"
    ):
        allowed("/no")


def test_fails_without_the_permission(secret, parameter):
    denied = actor()
    with pytest.raises(TaskProblem, match=f"secretsmanager:GetSecretValue on resource: {secret}"):
        read(secret, denied, ACCOUNT, REGION)
    with pytest.raises(TaskProblem, match=f"ssm:GetParameters on resource: {parameter}"):
        read("/app/word", denied, ACCOUNT, REGION)


def test_fails_without_an_execution_role(secret):
    with pytest.raises(TaskProblem, match="the task has no execution role"):
        read(secret, None, ACCOUNT, REGION)
