"""Services of ECS, and their deployments.

moto's are never steady, forget half of what they are made with, and have a network where there is none, on which
Terraform's provider crashes. The store keeps a service as AWS returns it, under `cluster:name`.

A deployment completes after a while, as if an agent ran its tasks. There is no agent yet, and there are no tasks.
"""

from typing import Any

from moto.ecs.exceptions import ClusterNotFoundException, InvalidParameterException, ServiceNotFoundException
from moto.ecs.models import Cluster, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from local_aws.core.life import Life, Step
from local_aws.core.operations import Call, operation

from . import deployments

KIND = "services"
# The states of a record. AWS says ACTIVE while a deployment is under way, and after it.
ROLLING, STEADY, FAILED, DRAINING, INACTIVE = "IN_PROGRESS", "COMPLETED", "FAILED", "DRAINING", "INACTIVE"
LIFE = Life(
    ecs_backends,
    KIND,
    "state",
    {
        ROLLING: Step(then=STEADY, failed=FAILED, takes_sec=2, work=deployments.complete),
        DRAINING: Step(then=INACTIVE, takes_sec=1),
    },
)
# What a service keeps of its request, and what UpdateService may change.
CHANGEABLE = (
    *("availabilityZoneRebalancing", "capacityProviderStrategy", "deploymentConfiguration", "desiredCount"),
    *("enableECSManagedTags", "enableExecuteCommand", "healthCheckGracePeriodSeconds", "loadBalancers"),
    *("networkConfiguration", "placementConstraints", "placementStrategy", "platformVersion", "propagateTags"),
    "serviceRegistries",
)
_KEPT = (*CHANGEABLE, "deploymentController", "launchType", "schedulingStrategy")
_DEFAULTS: dict[str, Any] = {
    "availabilityZoneRebalancing": "DISABLED",
    "deploymentController": {"type": "ECS"},
    "desiredCount": 0,
    "enableECSManagedTags": False,
    "enableExecuteCommand": False,
    "loadBalancers": [],
    "placementConstraints": [],
    "placementStrategy": [],
    "propagateTags": "NONE",
    "schedulingStrategy": "REPLICA",
    "serviceRegistries": [],
}


def install() -> None:
    """Replaces moto's calls."""
    for name, handler in (
        ("CreateService", create_service),
        ("DescribeServices", describe_services),
        ("ListServices", list_services),
        ("UpdateService", update_service),
        ("DeleteService", delete_service),
    ):
        operation(EC2ContainerServiceResponse, name, ecs_backends)(handler)


def create_service(call: Call) -> dict[str, Any]:
    """Makes a service, whose first deployment completes after a while."""
    asked = call.parameters
    cluster = cluster_of(call)
    key = f"{cluster.name}:{asked['serviceName']}"
    before = _services(call).get(key)
    if before and before["state"] == DRAINING:
        raise InvalidParameterException("Unable to Start a service that is still Draining.")
    if before and before["state"] != INACTIVE:
        raise InvalidParameterException("Creation of service was not idempotent.")
    service = {**_DEFAULTS, **{name: asked[name] for name in _KEPT if asked.get(name) is not None}}
    if not service.get("capacityProviderStrategy"):
        service |= _where_it_runs(cluster, asked.get("launchType"))
    service["deploymentConfiguration"] = deployments.configuration(service)
    service |= {
        "serviceName": asked["serviceName"],
        "serviceArn": f"arn:aws:ecs:{call.region}:{call.account}:service/{cluster.name}/{asked['serviceName']}",
        "clusterArn": cluster.arn,
        "taskDefinition": _task_definition(call, asked["taskDefinition"]),
        "createdAt": deployments.moment(),
        "events": [],
        "deployments": [],
        "runningCount": 0,
        "tags": asked.get("tags") or [],
    }
    if asked.get("role"):
        service["roleArn"] = asked["role"]
    _services(call)[key] = service
    _deploy(call, key)
    return {"service": _answer(service)}


def describe_services(call: Call) -> dict[str, Any]:
    """Returns services by name or ARN, and names those that do not exist."""
    cluster, found, failures = cluster_of(call), [], []
    for name in call.parameters["services"]:
        service = _services(call).get(f"{cluster.name}:{name.rpartition('/')[2]}")
        if service is None:
            arn = f"arn:aws:ecs:{call.region}:{call.account}:service/{cluster.name}/{name.rpartition('/')[2]}"
            failures.append({"arn": arn, "reason": "MISSING"})
        else:
            told = _answer(service)
            if "TAGS" not in (call.parameters.get("include") or []):
                del told["tags"]
            found.append(told)
    return {"services": found, "failures": failures}


def list_services(call: Call) -> dict[str, Any]:
    """Returns the ARNs of the services of a cluster."""
    cluster = cluster_of(call)
    asked = call.parameters
    wanted = {name: asked[name] for name in ("launchType", "schedulingStrategy") if asked.get(name)}
    return {
        "serviceArns": [
            service["serviceArn"]
            for service in active_services(call.store, cluster.arn)
            if all(service.get(name) == value for name, value in wanted.items())
        ]
    }


def update_service(call: Call) -> dict[str, Any]:
    """Changes a service. Another task definition, or a forced deployment, begins a new deployment."""
    asked = call.parameters
    key = _key(call, asked["service"])
    service = _services(call)[key]
    if service["state"] in (DRAINING, INACTIVE):
        raise ServiceNotFoundException
    service |= {name: asked[name] for name in CHANGEABLE if asked.get(name) is not None}
    if service.get("capacityProviderStrategy"):
        service.pop("launchType", None)
    service["deploymentConfiguration"] = deployments.configuration(service)
    if asked.get("taskDefinition"):
        service["taskDefinition"] = _task_definition(call, asked["taskDefinition"])
    _deploy(call, key, forced=bool(asked.get("forceNewDeployment")))
    return {"service": _answer(service)}


def delete_service(call: Call) -> dict[str, Any]:
    """Ends a service. It needs no tasks, or force."""
    key = _key(call, call.parameters["service"])
    service = _services(call)[key]
    has_tasks = service["desiredCount"] > 0 and service["schedulingStrategy"] == "REPLICA"
    if has_tasks and not call.parameters.get("force"):
        raise InvalidParameterException("The service cannot be stopped while it is scaled above 0.")
    service.update(desiredCount=0, runningCount=0, deployments=[])
    LIFE.enter(call.backend, key, DRAINING)
    return {"service": _answer(service)}


def cluster_of(call: Call) -> Cluster:
    """Returns the cluster that a call names, or raises AWS's error."""
    cluster = call.backend._get_cluster(call.parameters.get("cluster") or "default")
    if cluster.status != "ACTIVE":
        raise ClusterNotFoundException
    return cluster


def active_services(store: dict[str, Any], cluster_arn: str) -> list[dict[str, Any]]:
    """Returns the services of a cluster that were not deleted."""
    services = store.get(KIND, {}).values()
    return [
        each for each in services if each["clusterArn"] == cluster_arn and each["state"] not in (DRAINING, INACTIVE)
    ]


def _deploy(call: Call, key: str, *, forced: bool = False) -> None:
    service = _services(call)[key]
    if service["schedulingStrategy"] == "DAEMON":
        service["desiredCount"] = cluster_of(call).registered_container_instances_count
    deployments.begin(service, forced=forced)
    LIFE.enter(call.backend, key, ROLLING)


def _where_it_runs(cluster: Cluster, launch_type: str | None) -> dict[str, Any]:
    strategy = cluster.default_capacity_provider_strategy
    if strategy and not launch_type:
        return {"capacityProviderStrategy": strategy}
    return {"launchType": launch_type or "EC2"}


def _task_definition(call: Call, name: str) -> str:
    return call.backend.describe_task_definition(name).arn


def _answer(service: dict[str, Any]) -> dict[str, Any]:
    status = service["state"] if service["state"] in (DRAINING, INACTIVE) else "ACTIVE"
    pending = max(0, service["desiredCount"] - service["runningCount"])
    return {**service, "status": status, "pendingCount": pending}


def _key(call: Call, name: str) -> str:
    key = f"{cluster_of(call).name}:{name.rpartition('/')[2]}"
    if key not in _services(call):
        raise ServiceNotFoundException
    return key


def _services(call: Call) -> dict[str, Any]:
    return call.store.setdefault(KIND, {})
