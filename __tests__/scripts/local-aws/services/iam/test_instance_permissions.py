"""What roles may do, as tables: actions and resources with wildcards, Deny, and who may assume a role."""

import json
from types import SimpleNamespace

import pytest
from local_aws.services.iam.instance_permissions import allows, trusts

PULL, REPOSITORY = "ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:123456789012:repository/app-couchdb"


def role(*statements, trust="{}"):
    return SimpleNamespace(
        policies={"inline": json.dumps({"Statement": list(statements)})},
        managed_policies={},
        assume_role_policy_document=trust,
    )


def statement(effect="Allow", **keywords):
    return {"Effect": effect, "Action": "ecr:*", "Resource": "*", **keywords}


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], False),
        ([statement()], True),
        ([statement(Action=["ecs:Poll", "ecr:batchgetimage"])], True),
        ([statement(Action="ecr:Batch?etImage")], True),
        ([statement(Action="ecr:Get*")], False),
        ([statement(NotAction="ecs:*", Action=[])], True),
        ([statement(Resource=REPOSITORY)], True),
        ([statement(Resource=["arn:aws:ecr:*:*:repository/app-*"])], True),
        ([statement(Resource="arn:aws:ecr:*:*:repository/other")], False),
        ([statement(NotResource=REPOSITORY)], False),
        ([statement(), statement("Deny", Resource="*:repository/app-couchdb")], False),
        ([statement(), statement("Deny", Resource="*:repository/other")], True),
    ],
)
def test_actions_and_resources_have_wildcards_and_deny_wins(statements, expected):
    assert allows([role(*statements)], PULL, REPOSITORY) is expected


def test_without_a_resource_a_statement_about_any_resource_counts():
    assert allows([role(statement(Resource=REPOSITORY))], PULL)
    assert not allows([role(statement(Resource=REPOSITORY))], PULL, "*")


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"Service": "ecs-tasks.amazonaws.com"}, True),
        ({"Service": ["ec2.amazonaws.com", "ecs-tasks.amazonaws.com"]}, True),
        ({"Service": "ec2.amazonaws.com"}, False),
        ({"AWS": "*"}, False),
        ("*", False),
    ],
)
def test_a_role_names_the_services_that_may_assume_it(principal, expected):
    document = json.dumps({"Statement": {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}})
    assert trusts(role(trust=document), "ecs-tasks.amazonaws.com") is expected
