"""Which instance a task gets, and why none, as tables."""

import pytest
from local_aws.services.ecs.placement import Candidate, Wish, choose, event
from local_aws.services.ecs.resources import needs_of, of_instance, remaining

NOTHING = {"cpu": 0, "memory": 0, "ports": [], "udp": []}


def candidate(name="a", used=(), same_group=0, **keywords):
    registered = of_instance(2, 2048)
    instance = {
        "containerInstanceArn": f"arn:aws:ecs:eu-west-1:123456789012:container-instance/c/{name}",
        "ec2InstanceId": f"i-{name}",
        "status": "ACTIVE",
        "agentConnected": True,
        "attributes": [{"name": "stack", "value": "ecs"}],
        "remainingResources": remaining(registered, [{**NOTHING, **each} for each in used]),
        **keywords,
    }
    return Candidate(instance, same_group)


def wish(constraint=None, **keywords):
    needs = {**NOTHING, **keywords.pop("needs", {})}
    return Wish(needs, [constraint] if constraint else [], **keywords)


def member_of(expression):
    return {"type": "memberOf", "expression": expression}


@pytest.mark.parametrize(
    ("wanted", "instance", "reason"),
    [
        (wish(needs={"memory": 1891}), candidate(), None),
        (wish(needs={"memory": 1892}), candidate(), "RESOURCE:MEMORY"),
        (wish(needs={"memory": 1000}), candidate(used=[{"memory": 893}]), "RESOURCE:MEMORY"),
        (wish(needs={"cpu": 2049}), candidate(), "RESOURCE:CPU"),
        (wish(needs={"ports": [5984]}), candidate(used=[{"ports": [5984]}]), "RESOURCE:PORTS"),
        (wish(needs={"udp": [5984]}), candidate(used=[{"ports": [5984]}]), None),
        (wish(needs={"ports": [22]}), candidate(), "RESOURCE:PORTS"),
        (wish(member_of("ec2InstanceId == i-a")), candidate(), None),
        (wish(member_of("ec2InstanceId in [i-b]")), candidate(), "MemberOf placement constraint unsatisfied."),
        (wish({"type": "distinctInstance"}), candidate(), None),
        (
            wish({"type": "distinctInstance"}),
            candidate(same_group=1),
            "DistinctInstance placement constraint unsatisfied.",
        ),
        (wish(attributes=["stack"]), candidate(), None),
        (wish(attributes=["com.amazonaws.ecs.capability.task-iam-role"]), candidate(), "ATTRIBUTE"),
        (wish(), candidate(agentConnected=False), "AGENT"),
    ],
)
def test_an_instance_fits_or_not(wanted, instance, reason):
    found = choose(wanted, [instance])
    assert [each for _arn, each in found.refusals] == ([reason] if reason else [])
    assert (found.instance is None) is (reason is not None)


def test_an_instance_that_drains_is_not_there():
    assert choose(wish(), [candidate(status="DRAINING")]).refusals == []


def test_tasks_of_a_group_are_spread():
    found = choose(wish(), [candidate("a", same_group=1), candidate("b")])
    assert found.instance["ec2InstanceId"] == "i-b"


def test_binpack_takes_the_fullest_instance():
    strategy = [{"type": "binpack", "field": "memory"}]
    found = choose(wish(strategy=strategy), [candidate("a"), candidate("b", used=[{"memory": 9}])])
    assert found.instance["ec2InstanceId"] == "i-b"


@pytest.mark.parametrize(
    ("refusals", "said"),
    [
        ([], "Reason: No Container Instances were found in your cluster. For more"),
        (
            [("x/a", "RESOURCE:MEMORY")],
            "The closest matching (container-instance a) has insufficient memory available. ",
        ),
        ([("x/a", "RESOURCE:PORTS")], "(container-instance a) is already using a port required by your task. "),
        ([("x/a", "AGENT")], '(container-instance a) encountered error "AGENT". '),
        ([("x/a", "AGENT"), ("x/b", "RESOURCE:CPU")], "(container-instance b) has insufficient CPU units available. "),
        ([("x/a", "ATTRIBUTE")], "(container-instance a) is missing an attribute required by your task. "),
    ],
)
def test_an_event_says_why(refusals, said):
    assert said in event(refusals)
    assert event(refusals).startswith("was unable to place a task because no container instance met all of its requ")


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({"containerDefinitions": [{"memory": 300, "cpu": 10}, {"memory": 9, "memoryReservation": 5}]}, (10, 305)),
        ({"memory": "512", "cpu": "256", "containerDefinitions": [{"memory": 100}]}, (256, 512)),
    ],
)
def test_a_task_needs_its_own_or_the_sum_of_its_containers(definition, expected):
    needs = needs_of(definition)
    assert (needs["cpu"], needs["memory"]) == expected


@pytest.mark.parametrize(("mode", "expected"), [("bridge", [5984]), ("host", [5984, 80])])
def test_a_task_needs_the_ports_of_the_host(mode, expected):
    mappings = [
        {"containerPort": 5984, "hostPort": 5984},
        {"containerPort": 80},
        {"containerPort": 53, "protocol": "udp"},
    ]
    definition = {"networkMode": mode, "containerDefinitions": [{"portMappings": mappings}]}
    assert needs_of(definition)["ports"] == expected
