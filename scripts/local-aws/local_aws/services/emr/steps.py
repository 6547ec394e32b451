"""Steps of a cluster. They run one after another once the cluster runs, and complete: nothing runs behind them."""

import copy
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.emr.models import emr_backends
from moto.emr.responses import ElasticMapReduceResponse

from local_aws.core.background import background
from local_aws.core.errors import LocalAwsError
from local_aws.core.life import Life, Step
from local_aws.core.operations import ApiError, Call, now, operation
from local_aws.core.stores import store_of

from .store import CLUSTERS, ENDED, STEPS, cluster_of, emr_id

OPEN = ("PENDING", "RUNNING")
LOOK_AGAIN_SEC = 0.3


def install() -> None:
    """Replaces moto's calls."""
    for name, handler in (
        ("ListSteps", list_steps),
        ("DescribeStep", describe_step),
        ("CancelSteps", cancel_steps),
    ):
        operation(ElasticMapReduceResponse, name, emr_backends)(handler)


def wait_for_turn(backend: BaseBackend, step: dict[str, Any]) -> None:
    """Waits until the cluster runs, and fewer of its earlier steps are open than may run at once."""
    while True:
        store = store_of(backend)
        cluster, mine = store[CLUSTERS][step["ClusterId"]], list(store[STEPS].values())
        if cluster["Status"]["State"] in ENDED:
            raise LocalAwsError(f"cluster {cluster['Id']} is {cluster['Status']['State']}")
        before = mine[: [each["Id"] for each in mine].index(step["Id"])]
        ahead = [each for each in before if each["ClusterId"] == cluster["Id"] and each["Status"]["State"] in OPEN]
        if cluster["Status"]["State"] in ("RUNNING", "WAITING") and len(ahead) < cluster["StepConcurrencyLevel"]:
            return
        background.pause(LOOK_AGAIN_SEC)


LIFE = Life(
    emr_backends,
    STEPS,
    "Status.State",
    {
        "PENDING": Step(then="RUNNING", failed="CANCELLED", work=wait_for_turn),
        "RUNNING": Step(then="COMPLETED", failed="FAILED", takes_sec=1),
    },
    reason="Status.StateChangeReason.Message",
)


def add_steps(call: Call, cluster: dict[str, Any], asked: list[dict[str, Any]]) -> list[str]:
    """Adds steps to a cluster, and returns their ids."""
    ids = []
    for each in asked:
        jar, step_id = each["HadoopJarStep"], emr_id("s-")
        call.store.setdefault(STEPS, {})[step_id] = {
            "Id": step_id,
            "ClusterId": cluster["Id"],
            "Name": each["Name"],
            "ActionOnFailure": each.get("ActionOnFailure") or "TERMINATE_CLUSTER",
            "Status": {"Timeline": {"CreationDateTime": now()}},
            "Config": {
                "Jar": jar["Jar"],
                "MainClass": jar.get("MainClass"),
                "Args": jar.get("Args") or [],
                "Properties": {pair["Key"]: pair.get("Value") for pair in jar.get("Properties") or []},
            },
        }
        LIFE.enter(call.backend, step_id, "PENDING")
        ids.append(step_id)
    return ids


def list_steps(call: Call) -> dict[str, Any]:
    """Returns the steps of a cluster, the newest first."""
    cluster_of(call, call.parameters["ClusterId"])
    states, ids = call.parameters.get("StepStates"), call.parameters.get("StepIds")
    return {
        "Steps": [
            step
            for step in reversed(_steps_of(call, call.parameters["ClusterId"]))
            if (not states or step["Status"]["State"] in states) and (not ids or step["Id"] in ids)
        ]
    }


def describe_step(call: Call) -> dict[str, Any]:
    """Returns one step."""
    for step in _steps_of(call, call.parameters["ClusterId"]):
        if step["Id"] == call.parameters["StepId"]:
            return {"Step": copy.deepcopy(step)}
    raise ApiError("InvalidRequestException", f"Step id '{call.parameters['StepId']}' is not valid.")


def cancel_steps(call: Call) -> dict[str, Any]:
    """Cancels steps that wait. A running step is cancelled too: nothing runs behind it, so `StepCancellationOption`
    makes no difference.
    """
    told, option = [], call.parameters.get("StepCancellationOption")
    for step in _steps_of(call, call.parameters["ClusterId"]):
        if step["Id"] in call.parameters["StepIds"]:
            may = step["Status"]["State"] == "PENDING" or (step["Status"]["State"] == "RUNNING" and option)
            if may:
                LIFE.enter(call.backend, step["Id"], "CANCELLED", "Cancelled by user")
            told.append({"StepId": step["Id"], "Status": "SUBMITTED" if may else "FAILED"})
    return {"CancelStepsInfoList": told}


def _steps_of(call: Call, cluster_id: str) -> list[dict[str, Any]]:
    return [step for step in call.store.get(STEPS, {}).values() if step["ClusterId"] == cluster_id]
