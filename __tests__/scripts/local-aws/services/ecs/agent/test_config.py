"""/etc/ecs/ecs.config, as tables."""

import pytest
from local_aws.services.ecs.agent.config import read


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("", "cluster", "default"),
        ("ECS_CLUSTER=mine\n", "cluster", "mine"),
        ("# ECS_CLUSTER=no\n  ECS_CLUSTER = mine \nnonsense\n", "cluster", "mine"),
        ("", "pull_behavior", "default"),
        ("ECS_IMAGE_PULL_BEHAVIOR=prefer-cached", "pull_behavior", "prefer-cached"),
        ("", "has_task_roles", True),
        ("ECS_ENABLE_TASK_IAM_ROLE=false", "has_task_roles", False),
        ('ECS_AVAILABLE_LOGGING_DRIVERS=["json-file"]', "log_drivers", ["json-file"]),
        ('ECS_INSTANCE_ATTRIBUTES={"stack": "ecs"}', "attributes", {"stack": "ecs"}),
        ("ECS_RESERVED_MEMORY=64", "kept_mib", 64),
        ("ECS_RESERVED_PORTS=[80]", "kept_ports", ["80"]),
        ("ECS_CONTAINER_STOP_TIMEOUT=1m30s", "stop_sec", 90),
        ("ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=1h", "cleanup_sec", 3600),
    ],
)
def test_a_setting_has_its_value_or_its_default(text, name, expected):
    config, problems = read(text)
    assert (getattr(config, name), problems) == (expected, [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ECS_IMAGE_PULL_BEHAVIOR=never", "ECS_IMAGE_PULL_BEHAVIOR is 'never': expected one of default, always, once"),
        ("ECS_ENABLE_TASK_IAM_ROLE=yes", "expected true or false"),
        ("ECS_INSTANCE_ATTRIBUTES=[]", "expected an object"),
        ("ECS_AVAILABLE_LOGGING_DRIVERS={}", "expected a list"),
        ("ECS_CONTAINER_STOP_TIMEOUT=30", "expected a duration such as 10m"),
        ("ECS_RESERVED_MEMORY=much", "invalid literal"),
    ],
)
def test_fails_with_a_sentence_for_what_is_no_value(text, said):
    (problem,) = read(text)[1]
    assert said in problem
