"""DescribeAssociationExecutions and DescribeAssociationExecutionTargets: what came of an association, and where."""

from typing import Any

from moto.ssm.models import ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from local_aws.core.operations import ApiError, Call, operation

from . import jobs
from .associations import find


def install() -> None:
    """Adds both calls."""
    operation(SimpleSystemManagerResponse, "DescribeAssociationExecutions", ssm_backends)(describe_executions)
    operation(SimpleSystemManagerResponse, "DescribeAssociationExecutionTargets", ssm_backends)(describe_targets)


def describe_executions(call: Call) -> dict[str, Any]:
    """Returns the executions of an association, the newest first."""
    found = [_execution(job) for job in _executions(call)]
    return {"AssociationExecutions": [each for each in found[::-1] if _passes(call, each, "ExecutionId", "Status")]}


def describe_targets(call: Call) -> dict[str, Any]:
    """Returns what came of one execution on each machine."""
    wanted = call.parameters["ExecutionId"]
    job = next((each for each in _executions(call) if each["Id"] == wanted), None)
    if job is None:
        raise ApiError("AssociationExecutionDoesNotExist", f"the execution {wanted} does not exist")
    found = [
        {
            "AssociationId": job["AssociationId"],
            "AssociationVersion": job["AssociationVersion"],
            "ExecutionId": job["Id"],
            "ResourceId": instance_id,
            "ResourceType": "ManagedInstance",
            "Status": node["Status"],
            "DetailedStatus": node["StatusDetails"],
            "LastExecutionDate": node.get("Ended", job["Requested"]),
        }
        for instance_id, node in job["Nodes"].items()
    ]
    return {
        "AssociationExecutionTargets": [
            each for each in found if _passes(call, each, "Status", "ResourceId", "ResourceType")
        ]
    }


def _executions(call: Call) -> list[jobs.Job]:
    kept = jobs.jobs_of(call.backend)
    return [kept[each] for each in find(call.backend, call.parameters["AssociationId"])["Executions"] if each in kept]


def _execution(job: jobs.Job) -> dict[str, Any]:
    status, details = jobs.status_of(job)
    states = [node["Status"] for node in job["Nodes"].values()]
    return {
        "AssociationId": job["AssociationId"],
        "AssociationVersion": job["AssociationVersion"],
        "ExecutionId": job["Id"],
        "Status": status,
        "DetailedStatus": details,
        "CreatedTime": job["Requested"],
        "LastExecutionDate": max(node.get("Ended", job["Requested"]) for node in job["Nodes"].values()),
        "ResourceCountByStatus": f"{{{', '.join(f'{each}={states.count(each)}' for each in sorted(set(states)))}}}",
    }


def _passes(call: Call, found: dict[str, Any], *keys: str) -> bool:
    for wanted in call.parameters.get("Filters") or []:
        if wanted["Key"] not in keys or wanted.get("Type", "EQUAL") != "EQUAL":
            raise ApiError("NotImplementedByLocalAws", f"ssm: executions of associations with filter {wanted['Key']}")
        if found[wanted["Key"]] != wanted["Value"]:
            return False
    return True
