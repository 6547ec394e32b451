"""What policies allow, as tables: wildcards, Deny, the parts of an ARN, and conditions."""

import json

import pytest
from local_aws.core.policies import UnknownCondition, allows

ACTION, SERVICE = "ecs:UpdateService", "arn:aws:ecs:eu-west-1:123456789012:service/app-ecs/web"
ALLOWED = {"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}


def allowed(*statements, context=None):
    return allows([json.dumps({"Statement": list(statements)})], ACTION, SERVICE, context)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"Action": ["ecr:*", "ECS:update?ervice"]}, True),
        ({"Action": "ecs:UpdateServices"}, False),
        ({"Action": [], "NotAction": "ecs:Update*"}, False),
        ({"Action": [], "NotAction": "iam:*"}, True),
        ({"Resource": [], "NotResource": "arn:aws:s3:::*"}, True),
        ({"Resource": "arn:aws:ecs:*:*:service/app-*"}, True),
        ({"Resource": "arn:aws:ecs:*:*:service/app-ecs"}, False),
        ({"Resource": "arn:aws:ecs:*:service/app-ecs/web"}, False),
        ({"Resource": "arn:aws:*:service/app-ecs/web"}, False),
        ({"Resource": "arn:aws:ecs:*:*:service/app[-]ecs/web"}, False),
    ],
)
def test_a_statement_names_actions_and_resources(change, expected):
    assert allowed({**ALLOWED, **change}) is expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], False),
        ([{**ALLOWED, "Effect": "Deny"}], False),
        ([ALLOWED, {**ALLOWED, "Effect": "Deny"}], False),
        ([ALLOWED, {**ALLOWED, "Effect": "Deny", "Action": "ecs:DeleteService"}], True),
    ],
)
def test_deny_wins(statements, expected):
    assert allowed(*statements) is expected


def test_policies_count_together():
    deny = {"Statement": {**ALLOWED, "Effect": "Deny"}}
    assert not allows([{"Statement": ALLOWED}, deny], ACTION, SERVICE)
    assert allows([{"Statement": []}, {"Statement": ALLOWED}], ACTION, SERVICE)


@pytest.mark.parametrize(
    ("operator", "wanted", "without", "equal", "other"),
    [
        ("StringEquals", "arn:aws:ecs:::app", False, True, False),
        ("StringEqualsIfExists", ["x", "arn:aws:ecs:::app"], True, True, False),
        ("StringNotEquals", "arn:aws:ecs:::app", True, False, True),
        ("StringLike", "*:app", False, True, False),
        ("ArnLike", "arn:aws:ecs:*:*:a*", False, True, False),
        ("ArnLike", "arn:aws:*:app", False, False, False),
        ("ArnLikeIfExists", "arn:aws:ecs:*:*:a*", True, True, False),
        ("ArnNotLike", "arn:aws:ecs:*:*:a*", True, False, True),
    ],
)
def test_conditions(operator, wanted, without, equal, other):
    statement = {**ALLOWED, "Condition": {operator: {"ecs:Cluster": wanted}}}
    assert allowed(statement) is without
    assert allowed(statement, context={"ECS:cluster": "arn:aws:ecs:::app"}) is equal
    assert allowed(statement, context={"ecs:cluster": "arn:aws:ecs:::other"}) is other


def test_every_condition_counts():
    conditions = {"StringEquals": {"a:b": "1", "a:c": "2"}}
    assert not allowed({**ALLOWED, "Condition": conditions}, context={"a:b": "1"})


def test_fails_for_a_condition_that_is_not_evaluated():
    statement = {**ALLOWED, "Condition": {"NumericLessThan": {"ecs:task-cpu": "1"}}}
    with pytest.raises(UnknownCondition, match="the condition NumericLessThan in a policy is not evaluated"):
        allowed(statement)
