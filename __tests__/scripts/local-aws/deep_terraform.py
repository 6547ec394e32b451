"""The cases that take minutes, most of them in pauses of the provider: `terraform-cases.deep.test.ts` runs them."""

import pytest
from terraform_cases import CASES, NEEDS_TERRAFORM, lives_of, names_in

FOLDER = CASES / "deep"
pytestmark = NEEDS_TERRAFORM
# A plan cannot show these: the outputs after the last step.
OUTPUTS = {"messages": {"seen": {"mail_waits": True, "group": "", "secret": "password-2"}}}


@pytest.fixture(scope="module")
def lives(aws, tmp_path_factory):
    with lives_of(FOLDER, aws, tmp_path_factory, {}) as lives:
        yield lives


@pytest.mark.parametrize("name", names_in(FOLDER))
def test_deploys_changes_and_destroys_with_quiet_plans(lives, name):
    assert lives(name).result() == OUTPUTS.get(name, {})


def test_nothing_that_the_provider_called_was_missing(lives, aws):
    for name in names_in(FOLDER):
        lives(name).result()
    assert aws.health()["missing"] == []


def test_destroying_leaves_nothing(lives, aws):
    for name in names_in(FOLDER):
        lives(name).result()
    assert aws.client("ds").describe_directories()["DirectoryDescriptions"] == []
    assert aws.client("workspaces").describe_workspaces()["Workspaces"] == []
    assert aws.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []
    assert aws.client("sns").list_subscriptions()["Subscriptions"] == []
    assert aws.client("sqs").list_queues().get("QueueUrls", []) == []
    assert aws.client("events").list_rules()["Rules"] == []
    assert aws.client("logs").describe_resource_policies()["resourcePolicies"] == []
    states = {cluster["Status"]["State"] for cluster in aws.client("emr").list_clusters()["Clusters"]}
    assert states == {"TERMINATED"}
