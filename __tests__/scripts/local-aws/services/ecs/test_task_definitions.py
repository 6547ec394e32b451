"""Revisions of task definitions, as ECS lists them."""

import pytest


@pytest.fixture(scope="module")
def ecs(aws):
    return aws.client("ecs")


@pytest.fixture(scope="module")
def registered(ecs):
    """Three revisions of `listed`, of which the second is INACTIVE, and one of `listed-more`."""
    for family in ("listed", "listed", "listed", "listed-more"):
        containers = [{"name": "web", "image": "web", "memory": 128}]
        ecs.register_task_definition(family=family, containerDefinitions=containers)
    ecs.deregister_task_definition(taskDefinition="listed:2")


@pytest.mark.usefixtures("registered")
@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"familyPrefix": "listed"}, ["listed:1", "listed:3"]),
        ({"familyPrefix": "listed", "sort": "DESC"}, ["listed:3", "listed:1"]),
        ({"familyPrefix": "listed", "status": "INACTIVE"}, ["listed:2"]),
        ({"familyPrefix": "list"}, []),
    ],
)
def test_lists_the_revisions_of_a_family_in_order(ecs, asked, names):
    arns = ecs.list_task_definitions(**asked)["taskDefinitionArns"]
    assert [arn.rpartition("/")[2] for arn in arns] == names


@pytest.mark.usefixtures("registered")
def test_a_family_means_its_newest_active_revision(ecs):
    ecs.deregister_task_definition(taskDefinition="listed:3")
    assert ecs.describe_task_definition(taskDefinition="listed")["taskDefinition"]["revision"] == 1
