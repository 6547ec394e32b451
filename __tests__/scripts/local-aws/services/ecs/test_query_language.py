"""The cluster query language, as tables: which instances an expression means, and what it refuses."""

import pytest
from local_aws.services.ecs.query_language import NoQuery, parse

ATTRIBUTES = {"ecs.instance-type": "t3.small", "ecs.os-type": "linux", "disk": "", "stack": "ecs"}
INSTANCE = {
    "ec2InstanceId": "i-0a",
    "agentConnected": True,
    "runningTasksCount": 2,
    "attributes": [{"name": name, **({"value": value} if value else {})} for name, value in ATTRIBUTES.items()],
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("ec2InstanceId == i-0a", True),
        ("ec2InstanceId==i-0a", True),
        ("ec2InstanceId == 'i-0b'", False),
        ("ec2InstanceId != i-0b", True),
        ("ec2InstanceId in ['i-0a', 'i-0b']", True),
        ("ec2InstanceId in [i-0b]", False),
        ("ec2InstanceId !in [i-0b]", True),
        ("attribute:stack == ecs", True),
        ("attribute:stack equals ecs", True),
        ("attribute:stack == other", False),
        ("attribute:absent == ecs", False),
        ("attribute:absent != ecs", True),
        ("attribute:ecs.instance-type =~ t3.*", True),
        ("attribute:ecs.instance-type matches t2.*", False),
        ("attribute:ecs.instance-type !~ t2.*", True),
        ("attribute:disk exists", True),
        ("attribute:absent !exists", True),
        ("attribute:absent not_exists", True),
        ("agentConnected == true", True),
        ("runningTasksCount < 3", True),
        ("runningTasksCount >= 3", False),
        ("attribute:stack == ecs and ec2InstanceId == i-0b", False),
        ("attribute:stack == other or ec2InstanceId == i-0a", True),
        ("attribute:stack == other && ec2InstanceId == i-0b || agentConnected == true", True),
        ("not (attribute:stack == ecs)", False),
        ("!(attribute:stack == other)", True),
    ],
)
def test_an_expression_means_instances(expression, expected):
    assert parse(expression)(INSTANCE) is expected


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("task:group == service:x", "'task:group' is no subject here"),
        ("ec2InstanceId", "it ends too early"),
        ("ec2InstanceId like i-0a", "'like' is no operator"),
        ("ec2InstanceId in i-0a", "expected '\\[', got 'i-0a'"),
        ("ec2InstanceId == i-0a i-0b", "'i-0b' is one word too many"),
        ("(ec2InstanceId == i-0a", "it ends too early"),
    ],
)
def test_fails_for_what_is_no_expression(expression, said):
    with pytest.raises(NoQuery, match=f"Invalid expression '.*': {said}"):
        parse(expression)
