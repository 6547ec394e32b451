"""GetCommandInvocation and ListCommandInvocations: what came of a command on each machine."""

from typing import Any

from moto.ssm.models import ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from local_aws.core.operations import ApiError, Call, operation

from . import jobs, nodes
from .commands import chosen, command_of
from .scripts import Outcome

# AWS's limit of a step's output in a list.
LISTED_CHARACTERS = 2500
LISTED_CUT = "\n---Output truncated---"
TIME = "%Y-%m-%dT%H:%M:%S.000Z"


def install() -> None:
    """Replaces moto's call, and adds one."""
    operation(SimpleSystemManagerResponse, "GetCommandInvocation", ssm_backends)(get_command_invocation)
    operation(SimpleSystemManagerResponse, "ListCommandInvocations", ssm_backends)(list_command_invocations)


def get_command_invocation(call: Call) -> dict[str, Any]:
    """Returns one step of a command on one machine. A command of one step needs no name of a step."""
    job, instance_id = command_of(call), call.parameters["InstanceId"]
    node = job["Nodes"].get(instance_id)
    if node is None:
        raise ApiError("InvocationDoesNotExist", f"the command {job['Id']} was not sent to {instance_id}")
    step = _step(job, call.parameters.get("PluginName"))
    result = next((each for each in node.get("Steps", []) if each["Name"] == step["Name"]), None)
    told = {
        "CommandId": job["Id"],
        "InstanceId": instance_id,
        "Comment": job["Asked"]["Comment"],
        "DocumentName": job["Asked"]["DocumentName"],
        "DocumentVersion": job["Asked"]["DocumentVersion"],
        "PluginName": step["Name"],
        "Status": (result or node)["Status"],
        "StatusDetails": (result or node)["StatusDetails"],
        "ResponseCode": result["ResponseCode"] if result else -1,
        "StandardOutputContent": result["Output"] if result else "",
        "StandardErrorContent": result["Error"] if result else "",
        "StandardOutputUrl": _url(call, job, instance_id, step, "stdout"),
        "StandardErrorUrl": _url(call, job, instance_id, step, "stderr"),
        "ExecutionStartDateTime": "",
        "ExecutionEndDateTime": "",
        "ExecutionElapsedTime": "",
    }
    if result and "Started" in result:
        elapsed = (result["Ended"] - result["Started"]).total_seconds()
        told["ExecutionStartDateTime"] = result["Started"].strftime(TIME)
        told["ExecutionEndDateTime"] = result["Ended"].strftime(TIME)
        told["ExecutionElapsedTime"] = f"PT{elapsed:.0f}S"
    elif "Started" in node:
        told["ExecutionStartDateTime"] = node["Started"].strftime(TIME)
    return told


def list_command_invocations(call: Call) -> dict[str, Any]:
    """Returns the invocations of the commands that are asked for. With `Details`, also their steps."""
    instance_id, details = call.parameters.get("InstanceId"), call.parameters.get("Details")
    return {
        "CommandInvocations": [
            _listed(call, job, each, details=bool(details))
            for job in chosen(call, "ListCommandInvocations")
            for each in job["Nodes"]
            if not instance_id or each == instance_id
        ]
    }


def _step(job: jobs.Job, name: str | None) -> Outcome:
    steps = {step["Name"]: step for step in job["Steps"]}
    if not name and len(steps) == 1:
        return next(iter(steps.values()))
    if name not in steps:
        raise ApiError("InvalidPluginName", f"expected one of {', '.join(steps)} as PluginName, got {name or 'none'}")
    return steps[name]


def _listed(call: Call, job: jobs.Job, instance_id: str, *, details: bool) -> dict[str, Any]:
    node = job["Nodes"][instance_id]
    return {
        "CommandId": job["Id"],
        "InstanceId": instance_id,
        "InstanceName": nodes.nodes_of(call.backend).get(instance_id, {}).get("ComputerName", ""),
        "Comment": job["Asked"]["Comment"],
        "DocumentName": job["Asked"]["DocumentName"],
        "DocumentVersion": job["Asked"]["DocumentVersion"],
        "RequestedDateTime": job["Requested"],
        "Status": node["Status"],
        "StatusDetails": node["StatusDetails"],
        "StandardOutputUrl": "",
        "StandardErrorUrl": "",
        "CommandPlugins": [_plugin(job, node, step) for step in job["Steps"]] if details else [],
    }


def _plugin(job: jobs.Job, node: Outcome, step: Outcome) -> dict[str, Any]:
    result = next((each for each in node.get("Steps", []) if each["Name"] == step["Name"]), node)
    output = result.get("Output", "")
    if result.get("Error"):
        output += f"\n----------ERROR-------\n{result['Error']}"
    if len(output) > LISTED_CHARACTERS:
        output = output[: LISTED_CHARACTERS - len(LISTED_CUT)] + LISTED_CUT
    told = {
        "Name": step["Name"],
        "Status": result["Status"],
        "StatusDetails": result["StatusDetails"],
        "ResponseCode": result.get("ResponseCode", -1),
        "Output": output,
        "OutputS3BucketName": job["Bucket"] or "",
        "OutputS3KeyPrefix": job["KeyPrefix"] or "",
    }
    if "Started" in result:
        told["ResponseStartDateTime"] = result["Started"]
    if "Ended" in result:
        told["ResponseFinishDateTime"] = result["Ended"]
    return told


def _url(call: Call, job: jobs.Job, instance_id: str, step: Outcome, kind: str) -> str:
    if not job["Bucket"]:
        return ""
    key = jobs.output_key(job, instance_id, step, kind)
    return f"https://s3.{call.region}.amazonaws.com/{job['Bucket']}/{key}"
