"""The scheduler with container instances whose agent is this test: nothing boots, and no container runs."""

from collections import defaultdict
from types import SimpleNamespace

import pytest
from accounts import new_account
from botocore.exceptions import ClientError
from local_aws.core.operations import Call
from local_aws.core.stores import store_of
from local_aws.services.ecs import container_instances, scheduler, services, task_records, tasks
from local_aws.services.ecs.records import INSTANCES, SERVICES, TASKS, kept, touch
from local_aws.services.ecs.resources import of_instance
from moto.core.exceptions import ServiceException
from moto.ecs.models import ecs_backends

REGION = "eu-west-1"


class Machine(SimpleNamespace):
    """A machine of EC2."""

    state = "running"


@pytest.fixture
def machines(monkeypatch):
    """The machines of EC2, by id."""
    found = {}
    ec2 = SimpleNamespace(all_instances=lambda: list(found.values()))
    monkeypatch.setattr(scheduler, "ec2_backends", defaultdict(lambda: defaultdict(lambda: ec2)))
    return found


@pytest.fixture
def backend():
    made = ecs_backends[new_account()][REGION]
    made.create_cluster("c")
    containers = [{"name": "main", "image": "app", "memory": 100}]
    for _ in range(2):
        made.register_task_definition("web", containers)
    return made


@pytest.fixture
def add(backend, machines):
    """Registers a container instance, and returns its record."""

    def add(name):
        arn = f"arn:aws:ecs:{REGION}:{backend.account_id}:container-instance/c/{name}"
        machines[f"i-{name}"] = Machine(id=f"i-{name}")
        record = {
            "containerInstanceArn": arn,
            "ec2InstanceId": f"i-{name}",
            "status": "ACTIVE",
            "agentConnected": True,
            "version": 1,
            "registeredResources": of_instance(2, 2048),
            "attributes": [],
            "tags": [],
            "local": {"clusterArn": backend.clusters["c"].arn},
        }
        touch(backend, INSTANCES)[name] = record
        return record

    return add


def ask(backend, handler, **parameters):
    call = Call({"cluster": "c", **parameters}, backend, store_of(backend), REGION, backend.account_id)
    return handler(call)


def create(backend, **keywords):
    asked = {"serviceName": "web", "taskDefinition": "web:1", "desiredCount": 1, **keywords}
    ask(backend, services.create_service, **asked)
    return kept(backend, SERVICES)["c:web"]


def looks(backend, count=3):
    """Lets the scheduler look as often as a change takes to pass through."""
    return [scheduler.look(backend) for _ in range(count)]


def present(backend):
    return [each for each in kept(backend, TASKS).values() if each["lastStatus"] != "STOPPED"]


def report(backend, status="RUNNING", **fields):
    """Does what the agent does: tasks that should run are running, and the others STOPPED."""
    for task in present(backend):
        if task["desiredStatus"] == "STOPPED":
            task_records.finish(backend, task)
        else:
            task_records.change(backend, task, lastStatus=status, startedAt=task["createdAt"], **fields)


def test_a_look_with_nothing_to_do_changes_nothing(backend, add):
    add("a")
    create(backend)
    looks(backend)
    report(backend)
    looks(backend)
    assert looks(backend) == [False, False, False]


def test_a_service_gets_its_task_and_completes(backend, add):
    instance = add("a")
    service = create(backend)
    looks(backend)
    (task,) = present(backend)
    assert (task["containerInstanceArn"], task["group"]) == (instance["containerInstanceArn"], "service:web")
    assert task["startedBy"] == service["deployments"][0]["id"]
    report(backend)
    looks(backend)
    assert (service["runningCount"], service["deployments"][0]["rolloutState"]) == (1, "COMPLETED")


def test_a_service_waits_for_an_instance_and_says_why_once(backend, add):
    service = create(backend, placementConstraints=[{"type": "memberOf", "expression": "ec2InstanceId == i-b"}])
    add("a")
    looks(backend, 5)
    (event,) = service["events"]
    assert 'closest matching (container-instance a) encountered error "MemberOf placement' in event["message"]
    add("b")
    looks(backend)
    assert [each["containerInstanceArn"][-1] for each in present(backend)] == ["b"]


def test_a_service_that_gets_another_host_goes_there_with_its_next_deployment(backend, add):
    add("a")
    create(backend, placementConstraints=[{"type": "memberOf", "expression": "ec2InstanceId == i-gone"}])
    here = {"service": "web", "placementConstraints": [{"type": "memberOf", "expression": "ec2InstanceId == i-a"}]}
    ask(backend, services.update_service, **here)
    looks(backend, 5)
    assert present(backend) == []
    ask(backend, services.update_service, **here, forceNewDeployment=True)
    looks(backend)
    assert len(present(backend)) == 1


def test_daemons_run_once_on_each_instance(backend, add):
    add("a")
    service = create(backend, schedulingStrategy="DAEMON")
    looks(backend)
    add("b")
    looks(backend)
    assert sorted(each["containerInstanceArn"][-1] for each in present(backend)) == ["a", "b"]
    assert service["desiredCount"] == 2


def test_tasks_leave_an_instance_that_drains(backend, add):
    add("a")
    create(backend)
    looks(backend)
    report(backend)
    add("b")
    ask(backend, container_instances.update_state, containerInstances=["a"], status="DRAINING")
    looks(backend)
    report(backend)
    looks(backend)
    report(backend)
    assert [each["containerInstanceArn"][-1] for each in present(backend)] == ["b"]


def test_tasks_of_a_terminated_machine_are_stopped_and_its_instance_is_gone(backend, add, machines):
    add("a")
    create(backend)
    looks(backend)
    report(backend)
    machines["i-a"].state = "terminated"
    looks(backend)
    assert present(backend) == []
    (task,) = kept(backend, TASKS).values()
    assert task["stoppedReason"] == "Host EC2 (instance i-a) terminated."
    assert ask(backend, container_instances.list_instances) == {"containerInstanceArns": []}


def test_a_stopped_machine_stays_registered(backend, add, machines):
    add("a")
    machines["i-a"].state = "stopped"
    looks(backend)
    assert len(ask(backend, container_instances.list_instances)["containerInstanceArns"]) == 1


def test_tasks_that_never_start_fail_the_deployment_and_the_last_one_comes_back(backend, add):
    add("a")
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    service = create(backend, deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100, **breaker})
    looks(backend)
    report(backend)
    looks(backend)
    ask(backend, services.update_service, service="web", taskDefinition="web:2")
    looks(backend)
    report(backend)
    for _ in range(3):
        looks(backend)
        (task,) = present(backend)
        task_records.finish(backend, task, "Task failed to start", "TaskFailedToStart")
    looks(backend)
    report(backend)
    looks(backend)
    (deployment,) = service["deployments"]
    assert (deployment["rolloutState"], service["taskDefinition"][-2:]) == ("COMPLETED", ":1")


def test_a_deleted_service_ends_when_its_tasks_have(backend, add):
    add("a")
    service = create(backend)
    looks(backend)
    report(backend)
    told = ask(backend, services.delete_service, service="web", force=True)
    assert told["service"]["status"] == "DRAINING"
    looks(backend)
    assert service["state"] == "ENDING"
    report(backend)
    looks(backend)
    assert service["state"] == "INACTIVE"


def test_fails_to_launch_with_a_role_that_ecs_cannot_assume(backend, add):
    add("a")
    containers = [{"name": "main", "image": "app", "memory": 100}]
    role = f"arn:aws:iam::{backend.account_id}:role/absent"
    backend.register_task_definition("web", containers, task_role_arn=role)
    service = create(backend, taskDefinition="web:3")
    looks(backend)
    assert f"ECS was unable to assume the role '{role}'" in service["events"][0]["message"]
    assert present(backend) == []


def test_tasks_are_listed_by_service_family_and_status(backend, add):
    add("a")
    create(backend)
    looks(backend)
    (task,) = present(backend)
    for wanted in ({"serviceName": "web"}, {"family": "web"}, {"containerInstance": "a"}):
        assert ask(backend, tasks.list_tasks, **wanted) == {"taskArns": [task["taskArn"]]}
    for other in ({"serviceName": "other"}, {"family": "other"}, {"desiredStatus": "STOPPED"}):
        assert ask(backend, tasks.list_tasks, **other) == {"taskArns": []}


def test_a_task_that_no_agent_has_taken_is_stopped_at_once(backend, add):
    add("a")
    (task,) = ask(backend, tasks.run_task, taskDefinition="web:1")["tasks"]
    assert task["lastStatus"] == "PROVISIONING"
    stopped = ask(backend, tasks.stop_task, task=task["taskArn"])["task"]
    assert (stopped["lastStatus"], stopped["stoppedReason"]) == ("STOPPED", "Task stopped by user")


def test_no_answer_has_the_secret_id_of_the_task_s_credentials(backend, add):
    add("a")
    (task,) = ask(backend, tasks.run_task, taskDefinition="web:1")["tasks"]
    (told,) = ask(backend, tasks.describe_tasks, tasks=[task["taskArn"]])["tasks"]
    secret = present(backend)[0]["local"]["credentialsId"]
    assert secret not in str((task, told))


def test_fails_to_deregister_an_instance_with_tasks_without_force(backend, add):
    add("a")
    ask(backend, tasks.run_task, taskDefinition="web:1")
    with pytest.raises(ServiceException, match="Found running tasks on the instance"):
        ask(backend, container_instances.deregister, containerInstance="a")
    ask(backend, container_instances.deregister, containerInstance="a", force=True)
    (task,) = kept(backend, TASKS).values()
    assert task["stoppedReason"] == "Container instance deregistration forced by user"


def test_fails_for_overrides_that_have_no_effect(backend, add):
    add("a")
    overrides = {"containerOverrides": [{"name": "main", "memory": 5}]}
    with pytest.raises(NotImplementedError, match=r"containerOverrides\.memory"):
        ask(backend, tasks.run_task, taskDefinition="web:1", overrides=overrides)


def test_attributes_are_put_listed_and_deleted(backend, add):
    add("a")
    attribute = {"name": "stack", "value": "ecs", "targetId": "a", "targetType": "container-instance"}
    ask(backend, container_instances.put_attributes, attributes=[attribute])
    found = ask(backend, container_instances.list_attributes, targetType="container-instance", attributeName="stack")
    assert [each["value"] for each in found["attributes"]] == ["ecs"]
    matching = {"filter": "attribute:stack == ecs"}
    assert len(ask(backend, container_instances.list_instances, **matching)["containerInstanceArns"]) == 1
    ask(backend, container_instances.delete_attributes, attributes=[attribute])
    assert ask(backend, container_instances.list_instances, **matching)["containerInstanceArns"] == []


def test_fails_for_an_agent_from_outside(aws):
    with pytest.raises(ClientError, match="ecs:RegisterContainerInstance"):
        aws.client("ecs").register_container_instance(cluster="c", instanceIdentityDocument="{}")
