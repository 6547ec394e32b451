"""Environments, from Launching to Terminated. Nothing is launched."""

import re
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.elasticbeanstalk.models import eb_backends
from moto.elasticbeanstalk.responses import SOLUTION_STACK_DETAILS, EBResponse

from local_aws.core.ignored_parameters import ParameterIgnored, may_be_ignored
from local_aws.core.life import Life, Record, Step
from local_aws.core.operations import Call, new_id, now, operation

from .configuration import first_options, merged
from .store import TERMINATED, application_of, arn, environment_of, environments, invalid, keep_tags
from .versions import version_of

STACKS = frozenset(stack["SolutionStackName"] for stack in SOLUTION_STACK_DETAILS)


def install() -> None:
    """Replaces moto's calls."""
    for name, handler in (
        ("CreateEnvironment", create_environment),
        ("DescribeEnvironments", describe_environments),
        ("UpdateEnvironment", update_environment),
        ("TerminateEnvironment", terminate_environment),
        ("DescribeEnvironmentResources", describe_environment_resources),
        ("DescribeEvents", describe_events),
        ("CheckDNSAvailability", check_dns_availability),
    ):
        operation(EBResponse, name, eb_backends)(handler)
    # There are no resources to keep, and no events to choose from.
    may_be_ignored("elasticbeanstalk", "TerminateEnvironment", "TerminateResources", "ForceTerminate")
    may_be_ignored("elasticbeanstalk", "DescribeEvents", *_EVENT_FILTERS)


_EVENT_FILTERS = (
    *("ApplicationName", "VersionLabel", "TemplateName", "EnvironmentId", "EnvironmentName", "PlatformArn"),
    *("RequestId", "Severity", "StartTime", "EndTime"),
)


def _become_healthy(_backend: BaseBackend, _environment: Record) -> Record:
    return {"Health": "Green", "HealthStatus": "Ok", "DateUpdated": now()}


LIFE = Life(
    eb_backends,
    "environments",
    "Status",
    {
        # An environment whose launch failed is ready, and its health says the rest.
        "Launching": Step(then="Ready", failed="Ready", takes_sec=3, work=_become_healthy),
        "Updating": Step(then="Ready", failed="Ready", takes_sec=2, work=_become_healthy),
        "Terminating": Step(then=TERMINATED, takes_sec=2),
    },
)


def create_environment(call: Call) -> dict[str, Any]:
    """Makes an environment, and returns before it is ready."""
    get, application = call.parameters.get, application_of(call)["ApplicationName"]
    name, stack = call.parameters["EnvironmentName"], get("SolutionStackName")
    tier = {"Name": "WebServer", "Type": "Standard", "Version": "1.0", **(get("Tier") or {})}
    if tier["Name"] != "WebServer":
        raise ParameterIgnored([f"Tier.Name {tier['Name']}"])
    if any(each["EnvironmentName"] == name for each in _live(call)):
        raise invalid(f"Environment {name} already exists.")
    if get("CNAMEPrefix") and not _is_free(call, get("CNAMEPrefix")):
        raise invalid(f"DNS name ({_cname(call, get('CNAMEPrefix'))}) is not available.")
    _require_deployable(call, application, stack, get("VersionLabel"))
    environment_id = new_id("e-", 10)
    environments(call)[environment_id] = {
        "EnvironmentId": environment_id,
        "EnvironmentName": name,
        "EnvironmentArn": arn(call, "environment", f"{application}/{name}"),
        "ApplicationName": application,
        "VersionLabel": get("VersionLabel"),
        "SolutionStackName": stack,
        "PlatformArn": get("PlatformArn") or _platform(call, stack),
        "Description": get("Description"),
        "Tier": tier,
        "CNAME": _cname(call, get("CNAMEPrefix") or f"{name}.{new_id('', 8)}"),
        "Health": "Grey",
        "HealthStatus": "Pending",
        "AbortableOperationInProgress": False,
        "DateCreated": now(),
        "DateUpdated": now(),
        "Options": first_options(get("OptionSettings")),
    }
    keep_tags(call, environments(call)[environment_id]["EnvironmentArn"], get("Tags"))
    LIFE.enter(call.backend, environment_id, "Launching")
    return environments(call)[environment_id]


def describe_environments(call: Call) -> dict[str, Any]:
    """Returns all environments, or those that the request names. Terminated ones only when it asks for them."""
    get = call.parameters.get
    ids, names = get("EnvironmentIds"), get("EnvironmentNames")
    since = get("IncludedDeletedBackTo")
    exact = {key: get(key) for key in ("ApplicationName", "VersionLabel") if get(key)}
    return {
        "Environments": [
            each
            for each in environments(call).values()
            if (each["Status"] != TERMINATED or (get("IncludeDeleted") and (not since or each["DateUpdated"] >= since)))
            and (not ids or each["EnvironmentId"] in ids)
            and (not names or each["EnvironmentName"] in names)
            and all(each[key] == value for key, value in exact.items())
        ]
    }


def update_environment(call: Call) -> dict[str, Any]:
    """Changes version, platform, description and options of an environment that is ready."""
    environment, get = environment_of(call), call.parameters.get
    name = environment["EnvironmentName"]
    if environment["Status"] != "Ready":
        raise invalid(f"Environment named {name} is in an invalid state for this operation. Must be Ready.")
    stack = get("SolutionStackName")
    _require_deployable(call, environment["ApplicationName"], stack, get("VersionLabel"))
    for key in ("VersionLabel", "SolutionStackName", "Description", "PlatformArn"):
        if get(key) is not None:
            environment[key] = get(key)
    if stack:
        environment["PlatformArn"] = _platform(call, stack)
    environment["Options"] = merged(environment["Options"], get("OptionSettings"), get("OptionsToRemove"))
    environment["DateUpdated"] = now()
    LIFE.enter(call.backend, environment["EnvironmentId"], "Updating")
    return environment


def terminate_environment(call: Call) -> dict[str, Any]:
    """Ends an environment. It stays in the store, as AWS shows it for a while."""
    environment = environment_of(call)
    environment.update(Health="Grey", HealthStatus="Info", DateUpdated=now())
    LIFE.enter(call.backend, environment["EnvironmentId"], "Terminating")
    return environment


def describe_environment_resources(call: Call) -> dict[str, Any]:
    """Returns no resources: an environment has none here."""
    kinds = ("AutoScalingGroups", "Instances", "LaunchConfigurations", "LaunchTemplates", "LoadBalancers", "Triggers")
    resources: dict[str, Any] = {kind: [] for kind in (*kinds, "Queues")}
    return {"EnvironmentResources": {"EnvironmentName": environment_of(call)["EnvironmentName"], **resources}}


def describe_events(_call: Call) -> dict[str, Any]:
    """Returns no events: nothing happens to an environment but its states."""
    return {"Events": []}


def check_dns_availability(call: Call) -> dict[str, Any]:
    """Says whether an environment may have a name."""
    prefix = call.parameters["CNAMEPrefix"]
    return {"Available": _is_free(call, prefix), "FullyQualifiedCNAME": _cname(call, prefix)}


def _require_deployable(call: Call, application: str, stack: str | None, label: str | None) -> None:
    if stack and stack not in STACKS:
        raise invalid(f"No Solution Stack named '{stack}' found.")
    if label:
        version_of(call, application, label)


def _platform(call: Call, stack: str | None) -> str | None:
    if not stack:
        return None
    named = re.sub(r"^64bit (.*) v([\d.]+) running (.*)$", r"\3 running on 64bit \1/\2", stack)
    return f"arn:aws:elasticbeanstalk:{call.region}::platform/{named}"


def _cname(call: Call, prefix: str) -> str:
    return f"{prefix}.{call.region}.elasticbeanstalk.com"


def _is_free(call: Call, prefix: str) -> bool:
    return all(each["CNAME"] != _cname(call, prefix) for each in _live(call))


def _live(call: Call) -> list[dict[str, Any]]:
    return [each for each in environments(call).values() if each["Status"] != TERMINATED]
