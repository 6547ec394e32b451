"""What the files of Elastic Beanstalk share: records in the store, and refusals.

A version is under `application/label`. An environment is under its id, and its options beside it.
"""

from typing import Any

from local_aws.core.operations import ApiError, Call

TERMINATED = "Terminated"


def invalid(message: str) -> ApiError:
    """Returns AWS's error for a parameter with a wrong value."""
    return ApiError("InvalidParameterValue", message)


def in_use(message: str) -> ApiError:
    """Returns AWS's error for something that an environment needs."""
    return ApiError("OperationInProgressFailure", message)


def arn(call: Call, kind: str, path: str) -> str:
    """Returns the ARN of an application, a version or an environment."""
    return f"arn:aws:elasticbeanstalk:{call.region}:{call.account}:{kind}/{path}"


def applications(call: Call) -> dict[str, Any]:
    """Returns all applications, by name."""
    return call.store.setdefault("applications", {})


def versions(call: Call) -> dict[str, Any]:
    """Returns all versions, by application and label."""
    return call.store.setdefault("versions", {})


def environments(call: Call) -> dict[str, Any]:
    """Returns all environments, by id, also those that were terminated."""
    return call.store.setdefault("environments", {})


def application_of(call: Call) -> dict[str, Any]:
    """Returns the application that a call names, or raises ApiError."""
    name = call.parameters["ApplicationName"]
    if name not in applications(call):
        raise invalid(f"No Application named '{name}' found.")
    return applications(call)[name]


def environment_of(call: Call) -> dict[str, Any]:
    """Returns the environment that a call names by id or name, or raises ApiError."""
    environment_id, name = (call.parameters.get(key) for key in ("EnvironmentId", "EnvironmentName"))
    for each in environments(call).values():
        if each["EnvironmentId"] == environment_id or (
            each["EnvironmentName"] == name and each["Status"] != TERMINATED
        ):
            return each
    raise invalid(f"No Environment found for EnvironmentId/EnvironmentName = '{environment_id or name}'.")


def live_environments(call: Call, application: str) -> list[dict[str, Any]]:
    """Returns the environments of an application that were not terminated."""
    return [
        each
        for each in environments(call).values()
        if each["ApplicationName"] == application and each["Status"] != TERMINATED
    ]


def keep_tags(call: Call, resource_arn: str, tags: list[dict[str, str]] | None) -> None:
    """Keeps the tags of a new resource."""
    call.store.setdefault("tags", {})[resource_arn] = {tag["Key"]: tag.get("Value", "") for tag in tags or []}
