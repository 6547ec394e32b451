"""Services of ECS, and their deployments.

moto's are never steady, forget half of what they are made with, and have a network where there is none, on which
Terraform's provider crashes. The store keeps a service as AWS returns it, under `cluster:name`.

The scheduler runs the tasks of a service on container instances. Of a service for FARGATE, the deployment completes
after a while, as if it had tasks.
"""

from typing import Any

from moto.ecs.exceptions import InvalidParameterException, ServiceNotFoundException
from moto.ecs.models import Cluster, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.life import Life, Step
from local_aws.core.operations import Call, operation

from . import deployments, pretended, task_definitions
from . import service_states as states
from .clusters_by_name import cluster_of
from .records import SERVICES, last_part, touch
from .records import told as without_ours
from .tasks import require_queries

LIFE = Life(
    ecs_backends,
    SERVICES,
    "state",
    {
        states.PRETENDED_ROLLING: Step(
            then=states.PRETENDED_STEADY, failed=states.PRETENDED_FAILED, takes_sec=2, work=pretended.complete
        ),
        states.PRETENDED_DRAINING: Step(then=states.INACTIVE, takes_sec=1),
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
_CONFIGURATION = ("maximumPercent", "minimumHealthyPercent", "deploymentCircuitBreaker")
# Nothing balances load, finds services, or gives a task a network of its own.
_WITHOUT_EFFECT = ("loadBalancers", "networkConfiguration", "serviceRegistries")
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
    """Makes a service with its first deployment."""
    asked = call.parameters
    cluster = cluster_of(call)
    key = f"{cluster.name}:{asked['serviceName']}"
    before = _services(call).get(key)
    if before and before["state"] in (states.PRETENDED_DRAINING, states.ENDING):
        raise InvalidParameterException("Unable to Start a service that is still Draining.")
    if before and before["state"] != states.INACTIVE:
        raise InvalidParameterException("Creation of service was not idempotent.")
    service = {**_DEFAULTS, **{name: asked[name] for name in _KEPT if asked.get(name) is not None}}
    if not service.get("capacityProviderStrategy"):
        service |= _where_it_runs(cluster, asked.get("launchType"))
    service["deploymentConfiguration"] = deployments.configuration(service)
    service |= {
        "serviceName": asked["serviceName"],
        "serviceArn": f"arn:aws:ecs:{call.region}:{call.account}:service/{cluster.name}/{asked['serviceName']}",
        "clusterArn": cluster.arn,
        "createdAt": deployments.moment(),
        "events": [],
        "local": {},
        "deployments": [],
        "runningCount": 0,
        "pendingCount": 0,
        "tags": asked.get("tags") or [],
    }
    if asked.get("role"):
        service["roleArn"] = asked["role"]
    service["state"] = states.PRETENDED_ROLLING if states.is_for_fargate(service) else states.SCHEDULED
    service["taskDefinition"] = _task_definition(call, service, asked["taskDefinition"])
    _require_placeable(service)
    _services(call)[key] = service
    _deploy(call, key)
    return {"service": _answer(service)}


def describe_services(call: Call) -> dict[str, Any]:
    """Returns services by name or ARN, and names those that do not exist."""
    cluster, found, failures = cluster_of(call), [], []
    for name in call.parameters["services"]:
        service = _services(call).get(f"{cluster.name}:{last_part(name)}")
        if service is None:
            arn = f"arn:aws:ecs:{call.region}:{call.account}:service/{cluster.name}/{last_part(name)}"
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
    if service["state"] in states.ENDED:
        raise ServiceNotFoundException
    service |= {name: asked[name] for name in CHANGEABLE if asked.get(name) is not None}
    if service.get("capacityProviderStrategy"):
        service.pop("launchType", None)
    service["deploymentConfiguration"] = deployments.configuration(service)
    if asked.get("taskDefinition"):
        service["taskDefinition"] = _task_definition(call, service, asked["taskDefinition"])
    _require_placeable(service)
    _deploy(call, key, forced=bool(asked.get("forceNewDeployment")))
    return {"service": _answer(service)}


def delete_service(call: Call) -> dict[str, Any]:
    """Ends a service. It needs no tasks, or force."""
    key = _key(call, call.parameters["service"])
    service = _services(call)[key]
    has_tasks = service["desiredCount"] > 0 and service["schedulingStrategy"] == "REPLICA"
    if has_tasks and not call.parameters.get("force"):
        raise InvalidParameterException("The service cannot be stopped while it is scaled above 0.")
    is_scheduled = states.is_scheduled(service)
    service["desiredCount"] = 0
    if is_scheduled:
        service["state"] = states.ENDING
    else:
        service.update(runningCount=0, deployments=[])
        LIFE.enter(call.backend, key, states.PRETENDED_DRAINING)
    return {"service": _answer(service)}


def active_services(store: dict[str, Any], cluster_arn: str) -> list[dict[str, Any]]:
    """Returns the services of a cluster that were not deleted."""
    services = store.get(SERVICES, {}).values()
    return [each for each in services if each["clusterArn"] == cluster_arn and each["state"] not in states.ENDED]


def _deploy(call: Call, key: str, *, forced: bool = False) -> None:
    service = _services(call)[key]
    deployments.begin(service, forced=forced)
    if not states.is_scheduled(service):
        LIFE.enter(call.backend, key, states.PRETENDED_ROLLING)


def _where_it_runs(cluster: Cluster, launch_type: str | None) -> dict[str, Any]:
    strategy = cluster.default_capacity_provider_strategy
    if strategy and not launch_type:
        return {"capacityProviderStrategy": strategy}
    return {"launchType": launch_type or "EC2"}


def _task_definition(call: Call, service: dict[str, Any], name: str) -> str:
    definition = task_definitions.usable(call.backend, name)
    if states.is_scheduled(service):
        task_definitions.require_runs_here(definition)
    return definition["taskDefinitionArn"]


def _require_placeable(service: dict[str, Any]) -> None:
    """Refuses what a service with tasks would need and does not get."""
    if not states.is_scheduled(service):
        return
    if service.get("launchType") == "EXTERNAL":
        raise ParameterIgnored(["launchType EXTERNAL"])
    ignored = [name for name in _WITHOUT_EFFECT if service.get(name)]
    controller = service["deploymentController"]["type"]
    ignored += [f"deploymentController {controller}"] if controller != "ECS" else []
    configuration = service["deploymentConfiguration"]
    known = {name: value for name, value in configuration.items() if value not in ({}, [], None, "ROLLING", 0)}
    ignored += [f"deploymentConfiguration.{name}" for name in known if name not in _CONFIGURATION]
    if ignored:
        raise ParameterIgnored(ignored)
    require_queries(service["placementConstraints"])


def _answer(service: dict[str, Any]) -> dict[str, Any]:
    told = {**without_ours(service), "status": states.told_as(service)}
    if not states.is_scheduled(service):
        told["pendingCount"] = max(0, service["desiredCount"] - service["runningCount"])
    return told


def _key(call: Call, name: str) -> str:
    key = f"{cluster_of(call).name}:{last_part(name)}"
    if key not in _services(call):
        raise ServiceNotFoundException
    return key


def _services(call: Call) -> dict[str, Any]:
    return touch(call.backend, SERVICES)
