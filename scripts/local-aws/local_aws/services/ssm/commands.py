"""Run Command: SendCommand, CancelCommand and ListCommands. A command is a job on managed nodes."""

import datetime
import re
import uuid
from typing import Any

from moto.ssm.models import ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from local_aws.core.operations import ApiError, Call, operation

from . import jobs, nodes
from .documents_to_run import find_steps
from .targets import is_target, require_known
from .unsupported import refuse

DELIVERY_SEC = 3600
MOST_INSTANCES = 50
MAX_CONCURRENCY, MAX_ERRORS = "50", "0"
_LIMIT = re.compile(r"[1-9][0-9]*|[1-9][0-9]?%|100%|0")


def install() -> None:
    """Replaces moto's calls, which run nothing."""
    operation(SimpleSystemManagerResponse, "SendCommand", ssm_backends)(send_command)
    operation(SimpleSystemManagerResponse, "CancelCommand", ssm_backends)(cancel_command)
    operation(SimpleSystemManagerResponse, "ListCommands", ssm_backends)(list_commands)


def send_command(call: Call) -> dict[str, Any]:
    """Runs a document on the given instances, or on the nodes that match all targets."""
    given = call.parameters
    refuse(
        call, "SendCommand", "DocumentHash", "DocumentHashType", "OutputS3Region", "ServiceRoleArn",
        "NotificationConfig", "CloudWatchOutputConfig", "AlarmConfiguration",
    )  # fmt: skip
    parameters = given.get("Parameters") or {}
    steps = find_steps(call.backend, given["DocumentName"], given.get("DocumentVersion"), parameters)
    if given.get("OutputS3BucketName"):
        jobs.require_bucket(given["OutputS3BucketName"])
    job = jobs.begin(
        call.backend,
        {
            "Id": str(uuid.uuid4()),
            "Kind": "Command",
            "Steps": steps,
            "MaxConcurrency": limit(given, "MaxConcurrency", MAX_CONCURRENCY),
            "MaxErrors": limit(given, "MaxErrors", MAX_ERRORS),
            "DeliverySec": int(given.get("TimeoutSeconds") or DELIVERY_SEC),
            "Bucket": given.get("OutputS3BucketName"),
            "KeyPrefix": given.get("OutputS3KeyPrefix"),
            "Asked": {
                "DocumentName": given["DocumentName"],
                "DocumentVersion": given.get("DocumentVersion") or "$DEFAULT",
                "Comment": given.get("Comment") or "",
                "Parameters": parameters,
                "InstanceIds": given.get("InstanceIds") or [],
                "Targets": given.get("Targets") or [],
            },
        },
        _instances(call),
    )
    return {"Command": _described(job)}


def cancel_command(call: Call) -> None:
    """Ends a command where it still runs, with everything that it started."""
    jobs.cancel(command_of(call), call.parameters.get("InstanceIds") or [])


def list_commands(call: Call) -> dict[str, Any]:
    """Returns commands, the newest first: all, one, those of an instance, or those that pass filters."""
    return {"Commands": [_described(job) for job in chosen(call, "ListCommands")]}


def chosen(call: Call, name: str) -> list[jobs.Job]:
    """Returns the commands that a listing call asks for, the newest first."""
    wanted, instance_id = call.parameters.get("CommandId"), call.parameters.get("InstanceId")
    if wanted:
        command_of(call)
    found = [
        job
        for job in jobs.jobs_of(call.backend).values()
        if job["Kind"] == "Command"
        and (not wanted or job["Id"] == wanted)
        and (not instance_id or instance_id in job["Nodes"])
        and all(_passes(name, job, each) for each in call.parameters.get("Filters") or [])
    ]
    return found[::-1]


def command_of(call: Call) -> jobs.Job:
    """Returns the command that a call names. Raises ApiError when there is none."""
    job = jobs.jobs_of(call.backend).get(call.parameters["CommandId"])
    if job is None or job["Kind"] != "Command":
        raise ApiError("InvalidCommandId", f"the command {call.parameters['CommandId']} does not exist")
    return job


def limit(given: dict[str, Any], name: str, default: str) -> str:
    """Returns a limit such as `2` or `50%`. Raises ApiError when it is none."""
    text = given.get(name) or default
    if not _LIMIT.fullmatch(text) or (name == "MaxConcurrency" and text == "0"):
        raise ApiError("ValidationException", f"{name}: expected a number or a percentage, got {text!r}")
    return text


def _instances(call: Call) -> list[str]:
    ids, targets = call.parameters.get("InstanceIds") or [], call.parameters.get("Targets") or []
    if bool(ids) == bool(targets):
        raise ApiError("ValidationException", "expected either InstanceIds or Targets")
    if len(ids) > MOST_INSTANCES:
        raise ApiError("ValidationException", f"InstanceIds: expected at most {MOST_INSTANCES}, got {len(ids)}")
    if len(set(ids)) < len(ids):
        raise ApiError("DuplicateInstanceId", f"InstanceIds: an instance stands there twice, in {', '.join(ids)}")
    invalid = [each for each in ids if not nodes.is_online(call.backend, each)]
    if invalid:
        # AWS's own words.
        raise ApiError("InvalidInstanceId", f"Instances [[{', '.join(invalid)}]] not in a valid state for account")
    require_known(targets)
    managed = nodes.nodes_of(call.backend)
    return ids or [each for each in managed if is_target(targets, each, nodes.tags_of(call.backend, each))]


def _described(job: jobs.Job) -> dict[str, Any]:
    status, details = jobs.status_of(job)
    ended = [node for node in job["Nodes"].values() if node["Status"] not in jobs.UNDER_WAY]
    return {
        **job["Asked"],
        "CommandId": job["Id"],
        "RequestedDateTime": job["Requested"],
        "ExpiresAfter": job["Requested"] + datetime.timedelta(seconds=job["DeliverySec"]),
        "Status": status,
        "StatusDetails": details,
        "OutputS3BucketName": job["Bucket"] or "",
        "OutputS3KeyPrefix": job["KeyPrefix"] or "",
        "MaxConcurrency": job["MaxConcurrency"],
        "MaxErrors": job["MaxErrors"],
        "TimeoutSeconds": job["DeliverySec"],
        "TargetCount": len(job["Nodes"]),
        "CompletedCount": len(ended),
        "ErrorCount": sum(node["Status"] in ("Failed", "TimedOut") for node in ended),
        "DeliveryTimedOutCount": sum(node["StatusDetails"] == "DeliveryTimedOut" for node in ended),
    }


def _passes(name: str, job: jobs.Job, wanted: dict[str, str]) -> bool:
    key, value = wanted["key"], wanted["value"]
    if key == "Status":
        return jobs.status_of(job)[0] == value
    if key == "DocumentName":
        return job["Asked"]["DocumentName"] == value
    if key in ("InvokedAfter", "InvokedBefore"):
        moment = datetime.datetime.fromisoformat(value)
        return job["Requested"] >= moment if key == "InvokedAfter" else job["Requested"] <= moment
    raise ApiError("NotImplementedByLocalAws", f"ssm:{name} with filter {key}")
