"""Services of ECS without container instances: what a service keeps, what it says, and what ECS refuses.

Services for FARGATE are pretended: their deployments complete.
"""

import itertools

import pytest
from botocore.exceptions import ClientError
from waiting import until

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def ecs(aws):
    return aws.client("ecs")


@pytest.fixture(scope="module")
def task(ecs):
    containers = [{"name": "web", "image": "web", "memory": 128}]
    return ecs.register_task_definition(family="web", containerDefinitions=containers)["taskDefinition"]


@pytest.fixture
def cluster(ecs):
    return ecs.create_cluster(clusterName=f"cluster-{next(NUMBERS)}")["cluster"]["clusterName"]


@pytest.fixture
def create(ecs, cluster, task):
    def create(**parameters):
        wanted = {"serviceName": "web", "taskDefinition": "web", "desiredCount": 2, **parameters}
        return ecs.create_service(cluster=cluster, **wanted)["service"]

    return create


def told(ecs, cluster):
    return ecs.describe_services(cluster=cluster, services=["web"])["services"][0]


def rollout(ecs, cluster):
    return told(ecs, cluster)["deployments"][0]["rolloutState"]


def test_a_service_for_fargate_is_steady_after_a_while(ecs, cluster, create):
    made = create(launchType="FARGATE")
    assert (made["status"], made["runningCount"], made["pendingCount"]) == ("ACTIVE", 0, 2)
    assert made["deployments"][0]["rolloutState"] == "IN_PROGRESS"
    until(lambda: rollout(ecs, cluster), "COMPLETED")
    steady = told(ecs, cluster)
    assert (steady["runningCount"], steady["pendingCount"], len(steady["deployments"])) == (2, 0, 1)
    assert "steady state" in steady["events"][0]["message"]


def test_a_service_without_instances_says_why_it_has_no_tasks(ecs, cluster, create):
    create()
    until(lambda: len(told(ecs, cluster)["events"]), 1)
    told_now = told(ecs, cluster)
    said = (
        "(service web) was unable to place a task because no container instance met all of its requirements. "
        "Reason: No Container Instances were found in your cluster. "
    )
    assert told_now["events"][0]["message"].startswith(said)
    assert (told_now["runningCount"], told_now["deployments"][0]["rolloutState"]) == (0, "IN_PROGRESS")


def test_a_service_that_wants_no_tasks_is_steady(ecs, cluster, create):
    create(desiredCount=0)
    until(lambda: rollout(ecs, cluster), "COMPLETED")
    assert "has reached a steady state" in told(ecs, cluster)["events"][0]["message"]


def test_a_service_without_a_network_has_none(create):
    assert "networkConfiguration" not in create()


def test_a_service_keeps_what_it_is_made_with(ecs, cluster, create):
    asked = {
        "deploymentConfiguration": {
            "maximumPercent": 100,
            "minimumHealthyPercent": 0,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
        "placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.instance-type =~ t3.*"}],
        "placementStrategy": [{"type": "spread", "field": "attribute:ecs.availability-zone"}],
        "enableExecuteCommand": True,
        "propagateTags": "SERVICE",
    }
    create(**asked)
    kept = told(ecs, cluster)
    assert {key: kept[key] for key in asked} == asked


def test_another_task_definition_rolls_out_beside_the_old_one(ecs, cluster, create, task):
    create(desiredCount=0)
    until(lambda: rollout(ecs, cluster), "COMPLETED")
    newer = ecs.register_task_definition(family="web", containerDefinitions=task["containerDefinitions"])
    updated = ecs.update_service(cluster=cluster, service="web", taskDefinition="web")["service"]
    assert [each["status"] for each in updated["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert updated["taskDefinition"] == newer["taskDefinition"]["taskDefinitionArn"]
    until(lambda: rollout(ecs, cluster), "COMPLETED")
    assert len(told(ecs, cluster)["deployments"]) == 1


def test_the_strategy_of_the_cluster_counts_when_the_service_names_nothing(ecs, cluster, create):
    strategy = [{"capacityProvider": "hosts", "weight": 1, "base": 0}]
    ecs.put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=["hosts"], defaultCapacityProviderStrategy=strategy
    )
    made = create()
    assert (made["capacityProviderStrategy"], made.get("launchType")) == (strategy, None)


def test_tags_change(ecs, cluster, create):
    arn = create(tags=[{"key": "Stack", "value": "ecs"}])["serviceArn"]
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "Owner", "value": "me"}])
    ecs.untag_resource(resourceArn=arn, tagKeys=["Stack"])
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "Owner", "value": "me"}]


def test_a_deleted_service_drains_and_is_inactive(ecs, cluster, create):
    create()
    assert ecs.delete_service(cluster=cluster, service="web", force=True)["service"]["status"] == "DRAINING"
    until(lambda: told(ecs, cluster)["status"], "INACTIVE")
    create()
    assert told(ecs, cluster)["status"] == "ACTIVE"


def test_fails_to_delete_a_service_with_tasks_and_a_cluster_with_services(ecs, cluster, create):
    create()
    with pytest.raises(ClientError, match="scaled above 0"):
        ecs.delete_service(cluster=cluster, service="web")
    with pytest.raises(ClientError, match="ClusterContainsServicesException"):
        ecs.delete_cluster(cluster=cluster)


def test_fails_to_make_a_service_twice(create):
    create()
    with pytest.raises(ClientError, match="not idempotent"):
        create()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"loadBalancers": [{"containerName": "web", "containerPort": 80}]}, "ecs:CreateService with loadBalancers"),
        (
            {"deploymentController": {"type": "EXTERNAL"}},
            "ecs:CreateService with deploymentController EXTERNAL",
        ),
        (
            {"deploymentConfiguration": {"alarms": {"alarmNames": ["a"], "enable": True, "rollback": True}}},
            r"ecs:CreateService with deploymentConfiguration\.alarms",
        ),
        ({"launchType": "EXTERNAL"}, "ecs:CreateService with launchType EXTERNAL"),
        (
            {"placementConstraints": [{"type": "memberOf", "expression": "nothing"}]},
            "Invalid expression 'nothing': 'nothing' is no subject here",
        ),
        ({"taskDefinition": "absent"}, "Unable to describe task definition"),
    ],
)
def test_fails_for_what_no_task_would_have(create, asked, said):
    with pytest.raises(ClientError, match=said):
        create(**asked)


def test_fails_to_make_a_task_set(ecs, cluster, create):
    create()
    with pytest.raises(ClientError, match="ecs:CreateTaskSet"):
        ecs.create_task_set(cluster=cluster, service="web", taskDefinition="web")


def test_fails_to_run_a_task_without_instances(ecs, cluster, task):
    with pytest.raises(ClientError, match="No Container Instances were found in your cluster"):
        ecs.run_task(cluster=cluster, taskDefinition="web")


def test_fails_to_run_a_task_on_fargate(ecs, cluster, task):
    with pytest.raises(ClientError, match="ecs:RunTask with launchType FARGATE"):
        ecs.run_task(cluster=cluster, taskDefinition="web", launchType="FARGATE")
