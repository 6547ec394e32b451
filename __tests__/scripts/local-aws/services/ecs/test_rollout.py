"""What a service does next, and how its deployments end, as tables."""

import datetime

import pytest
from local_aws.services.ecs import deployments
from local_aws.services.ecs.rollout import Outcome, delay_sec, has_failed, step, threshold

NOW = datetime.datetime(2026, 11, 30, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(seconds=30)
CIRCUIT_BREAKER = {"enable": True, "rollback": True}


def service(desired=1, percent=(0, 100), states=("IN_PROGRESS",), failed=0, **keywords):
    least, most = percent
    local = {"isProven": False, "isRollback": False, "isSteady": False, "delayedUntil": None}
    return {
        "serviceName": "web",
        "desiredCount": desired,
        "events": [],
        "placementConstraints": [],
        "taskDefinition": "web:2",
        "deploymentConfiguration": {
            "minimumHealthyPercent": least,
            "maximumPercent": most,
            "deploymentCircuitBreaker": CIRCUIT_BREAKER,
        },
        "deployments": [
            {
                "id": f"ecs-svc/{len(states) - place}",
                "taskDefinition": f"web:{len(states) - place}",
                "status": "ACTIVE" if place else "PRIMARY",
                "rolloutState": state,
                "failedTasks": 0 if place else failed,
            }
            for place, state in enumerate(states)
        ],
        "local": {**local, **keywords.pop("local", {})},
        **keywords,
    }


def task(name, deployment, status="RUNNING", wanted="RUNNING", health="UNKNOWN", checked=False, **keywords):
    return {
        "taskArn": name,
        "startedBy": f"ecs-svc/{deployment}",
        "lastStatus": status,
        "desiredStatus": wanted,
        "healthStatus": health,
        "local": {"isChecked": checked},
        **keywords,
    }


def done(of_service, *tasks, now=NOW, draining=()):
    found = step(of_service, tasks, now, draining)
    return [arn for arn, _reason in found.stops], found.starts, found.outcome


TWO = ("IN_PROGRESS", "COMPLETED")


@pytest.mark.parametrize(
    ("of_service", "tasks", "expected"),
    [
        (service(2), [], ([], 2, None)),
        (service(2), [task("a", 1, "PENDING")], ([], 1, None)),
        (service(1), [task("a", 1, "PENDING")], ([], 0, None)),
        (service(1), [task("a", 1)], ([], 0, Outcome.COMPLETED)),
        (service(0), [], ([], 0, Outcome.COMPLETED)),
        (service(1, states=["COMPLETED"]), [task("a", 1)], ([], 0, None)),
        (service(1, states=["COMPLETED"]), [], ([], 1, None)),
        (service(1, states=["COMPLETED"]), [task("a", 1), task("b", 1)], (["b"], 0, None)),
        # A task with health checks counts when it is healthy.
        (service(1), [task("a", 1, checked=True)], ([], 0, None)),
        (service(1), [task("a", 1, checked=True, health="HEALTHY")], ([], 0, Outcome.COMPLETED)),
        (service(1), [task("a", 1, checked=True, health="UNHEALTHY", startedAt=NOW)], (["a"], 0, None)),
        (service(1), [task("a", 1, "PENDING", checked=True, health="UNHEALTHY")], ([], 0, None)),
        # 0 and 100: the old one is gone before the new one starts.
        (service(1, states=TWO), [task("old", 1)], (["old"], 0, None)),
        (service(1, states=TWO), [task("old", 1, wanted="STOPPED")], ([], 0, None)),
        (service(1, states=TWO), [], ([], 1, None)),
        # 100 and 200: the old one goes when the new one is healthy.
        (service(1, (100, 200), TWO), [task("old", 1)], ([], 1, None)),
        (service(1, (100, 200), TWO), [task("old", 1), task("new", 2, "PENDING")], ([], 0, None)),
        (service(1, (100, 200), TWO), [task("old", 1), task("new", 2)], (["old"], 0, None)),
        (service(1, (100, 200), TWO), [task("old", 1, wanted="STOPPED"), task("new", 2)], ([], 0, None)),
        # 50 and 100: one of two stays.
        (service(2, (50, 100), TWO), [task("a", 1), task("b", 1)], (["b"], 0, None)),
        # An old task that does not run well holds nothing up.
        (service(1, (100, 100), TWO), [task("old", 1, "PENDING")], (["old"], 0, None)),
    ],
)
def test_a_service_stops_and_starts_tasks(of_service, tasks, expected):
    assert done(of_service, *tasks) == expected


def test_a_task_on_an_instance_that_drains_is_replaced():
    steady = service(1, (0, 100), ["COMPLETED"])
    assert done(steady, task("a", 1, containerInstanceArn="x"), draining={"x"}) == (["a"], 0, None)


def test_the_grace_period_forgives_failed_health_checks():
    graceful = service(1, healthCheckGracePeriodSeconds=60)
    sick = task("a", 1, health="UNHEALTHY", checked=True, startedAt=NOW)
    assert done(graceful, sick, now=LATER)[0] == []
    assert done(graceful, sick, now=NOW + datetime.timedelta(seconds=60))[0] == ["a"]


def test_a_delay_holds_starts_back():
    delayed = service(1, local={"delayedUntil": LATER})
    assert done(delayed) == ([], 0, None)
    assert done(delayed, now=LATER) == ([], 1, None)


@pytest.mark.parametrize(("desired", "expected"), [(0, 3), (1, 3), (6, 3), (7, 4), (100, 50), (1000, 200)])
def test_the_threshold_of_the_circuit_breaker_is_awss(desired, expected):
    assert threshold(desired) == expected


@pytest.mark.parametrize(
    ("of_service", "expected"),
    [
        (service(failed=2), None),
        (service(failed=3), Outcome.FAILED),
        (service(failed=3, local={"isProven": True}), None),
        (service(failed=3, local={"isRollback": True}), None),
        (service(failed=3, states=["FAILED"]), None),
        (service(failed=9, states=["COMPLETED"]), None),
    ],
)
def test_the_circuit_breaker_opens_after_tasks_that_did_not_start(of_service, expected):
    assert done(of_service)[2] is expected


def test_a_failed_deployment_starts_nothing():
    assert done(service(1, states=["FAILED"])) == ([], 0, None)


@pytest.mark.parametrize(
    ("stopped", "expected"),
    [
        ({"stopCode": "TaskFailedToStart"}, True),
        ({"stopCode": "EssentialContainerExited"}, True),
        ({"stopCode": "EssentialContainerExited", "startedAt": NOW}, False),
        ({"stopCode": "UserInitiated"}, False),
        ({"stopCode": "ServiceSchedulerInitiated", "startedAt": NOW}, False),
        ({"stoppedReason": "Task failed container health checks", "startedAt": NOW}, True),
    ],
)
def test_a_task_that_never_ran_is_a_failure(stopped, expected):
    assert has_failed(stopped) is expected


def test_delays_grow_after_the_third_failure():
    assert [delay_sec(each) for each in (1, 3, 4, 5, 9)] == [0, 0, 2, 4, 15]


def test_another_task_definition_begins_a_deployment():
    of_service = service(1, states=["COMPLETED"], launchType="EC2")
    of_service["deployments"][0] |= {"launchType": "EC2"}
    assert deployments.begin(of_service, forced=False) is True
    assert [each["status"] for each in of_service["deployments"]] == ["PRIMARY", "ACTIVE"]


@pytest.mark.parametrize(("forced", "expected"), [(False, 1), (True, 2)])
def test_the_same_task_definition_begins_a_deployment_when_it_is_forced(forced, expected):
    of_service = service(1, states=["COMPLETED"], taskDefinition="web:1")
    assert deployments.begin(of_service, forced=forced) is forced
    assert len(of_service["deployments"]) == expected


def test_a_failed_deployment_goes_back_to_the_last_completed_one():
    of_service = service(1, states=["IN_PROGRESS", "IN_PROGRESS", "COMPLETED"])
    back = deployments.fail(of_service)
    told = [(each["id"], each["status"], each["rolloutState"]) for each in of_service["deployments"]]
    assert told[:2] == [("ecs-svc/1", "PRIMARY", "IN_PROGRESS"), ("ecs-svc/3", "ACTIVE", "FAILED")]
    assert of_service["taskDefinition"] == "web:1"
    assert back["rolloutStateReason"] == "ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/1."


def test_without_a_completed_deployment_there_is_no_way_back():
    of_service = service(1, states=["IN_PROGRESS", "FAILED"])
    assert deployments.fail(of_service) is None
    failed = of_service["deployments"][0]
    assert (failed["rolloutState"], failed["status"]) == ("FAILED", "PRIMARY")
    assert failed["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."


def test_past_deployments_go_apart_from_the_one_to_go_back_to():
    of_service = service(1, states=["IN_PROGRESS", "FAILED", "IN_PROGRESS", "COMPLETED", "COMPLETED"])
    assert deployments.forget_past(of_service, {"ecs-svc/3"}) is True
    assert [each["id"] for each in of_service["deployments"]] == ["ecs-svc/5", "ecs-svc/3", "ecs-svc/2"]


def test_tasks_are_counted_in_their_deployments():
    of_service = service(2, states=TWO)
    assert deployments.count(of_service, [task("a", 1), task("b", 2, "PENDING"), task("c", 2, "STOPPING")]) is True
    counted = [(each["runningCount"], each["pendingCount"]) for each in (of_service, *of_service["deployments"])]
    assert counted == [(1, 1), (0, 1), (1, 0)]
