"""What ECS refuses in a task definition, and what this one does not honour, as tables."""

import pytest
from botocore.exceptions import ClientError
from local_aws.services.ecs.task_definition_rules import ignored_in, problem_of

NEEDED = {"name": "other", "image": "other", "memory": 64, "essential": False}
AWSLOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "g", "awslogs-region": "eu-west-1"}}


def definition(*more, family="web", task=None, **container):
    first = {"name": "web", "image": "web", "memory": 128, **container}
    return {"family": family, "containerDefinitions": [first, *more], **(task or {})}


def depends(condition, name="other"):
    return [{"containerName": name, "condition": condition}]


def ports(*hosts, **keywords):
    return [{"containerPort": 80, "hostPort": host, **keywords} for host in hosts]


@pytest.mark.parametrize(
    "valid",
    [
        definition(),
        definition(memory=None, task={"memory": "512"}),
        definition(memory=None, memoryReservation=64),
        definition(NEEDED, dependsOn=depends("SUCCESS")),
        definition(portMappings=ports(0, 0)),
        definition(mountPoints=[{"sourceVolume": "data"}], task={"volumes": [{"name": "data"}]}),
        definition(logConfiguration=AWSLOGS),
        definition(healthCheck={"command": ["CMD-SHELL", "true"], "interval": 5}),
    ],
)
def test_a_valid_task_definition_has_no_problem(valid):
    assert (problem_of(valid), ignored_in(valid)) == (None, [])


@pytest.mark.parametrize(
    ("invalid", "said"),
    [
        (definition(family="a b"), "Family contains invalid characters."),
        ({"family": "web", "containerDefinitions": []}, "Container list cannot be empty."),
        (definition(name="a b"), "Container.name contains invalid characters."),
        (definition({**NEEDED, "name": "web"}), "Container names must be unique: 'web' is there twice."),
        (definition(essential=False), "A task definition must have at least one essential container."),
        (definition(image=""), "Container.image should not be null or empty."),
        (definition(memory=None), "At least one of 'memory' or 'memoryReservation' must be specified."),
        (definition(memory=5), "'memory' must be at least 6 MiB."),
        (definition(memoryReservation=128), "'memory' must be greater than 'memoryReservation'."),
        (definition(mountPoints=[{"sourceVolume": "data"}]), "Unknown volume 'data'."),
        (definition(task={"volumes": [{"name": "a"}, {"name": "a"}]}), "Volume names must be unique: 'a' is there"),
        (definition(secrets=[{"name": "A"}]), "you must also specify a value for 'executionRoleArn'."),
        (
            definition(logConfiguration={"logDriver": "awslogs", "options": {}}),
            "Log driver awslogs requires options: awslogs-group, awslogs-region",
        ),
        (definition(healthCheck={"command": ["true"]}), "healthCheck.command must begin with CMD or CMD-SHELL."),
        (
            definition(healthCheck={"command": ["CMD", "true"], "interval": 4}),
            "healthCheck.interval must be between 5 and 300.",
        ),
        (definition(dependsOn=depends("START")), "depends on container 'other', which does not exist."),
        (definition({**NEEDED, "essential": True}, dependsOn=depends("SUCCESS")), "'other' is essential, so no"),
        (definition(NEEDED, dependsOn=depends("HEALTHY")), "Container 'other' has no health check"),
        (
            definition({**NEEDED, "dependsOn": depends("START", "web")}, dependsOn=depends("START")),
            "Cycle detected in container dependencies.",
        ),
        (definition(portMappings=ports(65536)), "ports are from 1 to 65535."),
        (definition(portMappings=ports(80, 80)), "Host port 80 is used more than once"),
        (definition(portMappings=ports(81), task={"networkMode": "host"}), "the host ports and container ports"),
    ],
)
def test_fails_for_what_ecs_refuses(invalid, said):
    assert said in (problem_of(invalid) or "")


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (definition(links=["other"]), ["containerDefinitions.links"]),
        (definition(volumesFrom=[{"sourceContainer": "x"}]), ["containerDefinitions.volumesFrom"]),
        (definition(volumesFrom=[]), []),
        (definition(resourceRequirements=[{"type": "GPU"}]), ["containerDefinitions.resourceRequirements"]),
        (definition(task={"networkMode": "awsvpc"}), ["networkMode awsvpc"]),
        (definition(task={"proxyConfiguration": {"x": "y"}}), ["proxyConfiguration"]),
        (
            definition(task={"volumes": [{"name": "a", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}]}),
            ["volumes.efsVolumeConfiguration"],
        ),
        (definition(linuxParameters={"initProcessEnabled": True, "swappiness": 1}), ["linuxParameters.swappiness"]),
        (definition(logConfiguration={"logDriver": "splunk"}), ["logDriver splunk"]),
        (
            definition(logConfiguration={**AWSLOGS, "options": {"awslogs-multiline-pattern": "x"}}),
            ["awslogs-multiline-pattern"],
        ),
    ],
)
def test_fails_with_the_name_of_what_has_no_effect(asked, names):
    assert ignored_in(asked) == names


def test_the_newest_active_revision_is_that_of_a_family(aws):
    ecs = aws.client("ecs")
    containers = [{"name": "web", "image": "web", "memory": 128}]
    for _ in range(2):
        ecs.register_task_definition(family="latest", containerDefinitions=containers)
    ecs.deregister_task_definition(taskDefinition="latest:2")
    found = ecs.describe_task_definition(taskDefinition="latest")["taskDefinition"]
    assert (found["revision"], found["status"], "registeredAt" in found) == (1, "ACTIVE", True)


def test_fails_to_make_a_service_of_an_inactive_task_definition(aws):
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="inactive")
    containers = [{"name": "web", "image": "web", "memory": 128}]
    ecs.register_task_definition(family="inactive", containerDefinitions=containers)
    ecs.deregister_task_definition(taskDefinition="inactive:1")
    with pytest.raises(ClientError, match="TaskDefinition is inactive"):
        ecs.create_service(cluster="inactive", serviceName="web", taskDefinition="inactive:1", desiredCount=1)


def test_fails_to_register_what_has_no_effect(aws):
    containers = [{"name": "web", "image": "web", "memory": 128, "links": ["other"]}]
    with pytest.raises(ClientError, match=r"RegisterTaskDefinition with containerDefinitions\.links"):
        aws.client("ecs").register_task_definition(family="links", containerDefinitions=containers)
