"""The secrets of containers: values of Secrets Manager and of Systems Manager's parameters, read with a task's role."""

import json
from typing import Any

from moto.core.exceptions import JsonRESTError, ServiceException
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from local_aws.core.background import background

from .problems import TaskProblem, said
from .roles import Actor, Denied

_SECRET_PARTS = 7


def read_all(definitions: list[dict[str, str]], actor: Actor | None, account: str, region: str) -> dict[str, str]:
    """Returns the values of a container's secrets by the names of their variables. Raises TaskProblem."""
    return {each["name"]: read(each["valueFrom"], actor, account, region) for each in definitions}


def read(source: str, actor: Actor | None, account: str, region: str) -> str:
    """Returns the value of a secret: the ARN of a secret or of a parameter, or the name of a parameter."""
    if actor is None:
        raise TaskProblem("unable to fetch secrets: the task has no execution role")
    with background.reading():
        if source.startswith("arn:") and source.split(":")[2] == "secretsmanager":
            return _secret(source, actor)
        return _parameter(source, actor, account, region)


def _secret(source: str, actor: Actor) -> str:
    # arn:aws:secretsmanager:region:account:secret:name, and then: key, stage, version.
    parts = source.split(":")
    region, account, arn = parts[3], parts[4], ":".join(parts[:_SECRET_PARTS])
    key, stage, version = (*parts[_SECRET_PARTS:], "", "", "")[:3]
    start = f"Fetching secret data from AWS Secrets Manager in region {region}: secret {source}: "
    backend = secretsmanager_backends[account][region]
    try:
        actor.require("secretsmanager:GetSecretValue", _whole_arn(backend, arn))
        found: dict[str, Any] = backend.get_secret_value(arn, version or None, stage or None)  # type: ignore[arg-type]
    except Denied as error:
        raise TaskProblem(f"{start}{error}") from error
    except (JsonRESTError, ServiceException) as error:
        raise TaskProblem(f"{start}{said(error)}") from error
    except KeyError:
        raise TaskProblem(
            f"{start}ResourceNotFoundException: Secrets Manager can't find the specified secret."
        ) from None
    value = found.get("SecretString")
    if value is None:
        raise TaskProblem(f"{start}the secret is binary, and a variable holds text")
    return _member(value, key, start) if key else value


def _whole_arn(backend: Any, arn: str) -> str:
    # A policy names the whole ARN. The definition of a container may leave its last six characters out.
    try:
        return backend.secrets[arn].arn
    except KeyError:
        return arn


def _member(value: str, key: str, start: str) -> str:
    try:
        found = json.loads(value)[key]
    except (ValueError, KeyError, TypeError):
        raise TaskProblem(f"{start}retrieved secret from Secrets Manager did not contain json key {key}") from None
    return found if isinstance(found, str) else json.dumps(found)


def _parameter(source: str, actor: Actor, account: str, region: str) -> str:
    name = source
    if source.startswith("arn:"):
        _, _, _, region, account, resource = source.split(":", 5)
        name = resource.removeprefix("parameter")
    start = f"Fetching secret data from SSM Parameter Store in {region}: "
    arn = f"arn:aws:ssm:{region}:{account}:parameter/{name.removeprefix('/')}"
    try:
        actor.require("ssm:GetParameters", arn)
        backend = ssm_backends[account][region]
        # The ARNs of `name` and of `/name` are the same.
        found = backend.get_parameter(name) or backend.get_parameter(name.removeprefix("/"))
    except Denied as error:
        raise TaskProblem(f"{start}{error}") from error
    except (JsonRESTError, ServiceException) as error:
        raise TaskProblem(f"{start}{said(error)}") from error
    if found is None:
        raise TaskProblem(f"{start}invalid parameters: {name}")
    return found.response_object(decrypt=True)["Value"]
