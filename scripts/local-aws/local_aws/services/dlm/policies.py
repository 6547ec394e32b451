"""Data Lifecycle Manager, which moto lacks: policies that snapshot volumes on a schedule.

The policies are kept and told, but nothing runs on their schedule: a local AWS is not left running for days.
Without it `aws_dlm_lifecycle_policy` cannot be deployed.
"""

from typing import Any

from local_aws.core.operations import ApiError, Call, add_service, new_id, now, operation

Response, backends = add_service(
    "dlm",
    r"https?://dlm\.(.+)\.amazonaws\.com",
    ["{0}/policies$", "{0}/policies/(?P<policyId>[^/]+)/?$", "{0}/tags/(?P<resourceArn>.+)$"],
)


def _policy(call: Call, policy_id: str) -> dict[str, Any]:
    if policy_id not in call.store:
        raise ApiError("ResourceNotFoundException", f"lifecycle policy {policy_id} does not exist")
    return call.store[policy_id]


def _tags(call: Call) -> dict[str, str]:
    return _policy(call, call.parameters["ResourceArn"].rsplit("/", 1)[-1])["Tags"]


@operation(Response, "CreateLifecyclePolicy", backends)
def create_lifecycle_policy(call: Call) -> dict[str, Any]:
    """Keeps a new policy."""
    policy_id = new_id("policy-")
    call.store[policy_id] = {
        **call.parameters,
        "PolicyId": policy_id,
        "PolicyArn": f"arn:aws:dlm:{call.region}:{call.account}:policy/{policy_id}",
        "PolicyDetails": {"PolicyType": "EBS_SNAPSHOT_MANAGEMENT", **call.parameters.get("PolicyDetails", {})},
        "Tags": call.parameters.get("Tags") or {},
        "DateCreated": now(),
        "DateModified": now(),
    }
    return {"PolicyId": policy_id}


@operation(Response, "GetLifecyclePolicy", backends)
def get_lifecycle_policy(call: Call) -> dict[str, Any]:
    """One policy, whole."""
    return {"Policy": _policy(call, call.parameters["PolicyId"])}


@operation(Response, "GetLifecyclePolicies", backends)
def get_lifecycle_policies(call: Call) -> dict[str, Any]:
    """Summaries of the policies, all or those named or in a state."""
    wanted, state = call.parameters.get("PolicyIds"), call.parameters.get("State")
    summary = ("PolicyId", "Description", "State", "Tags")
    return {
        "Policies": [
            {**{key: policy.get(key) for key in summary}, "PolicyType": policy["PolicyDetails"]["PolicyType"]}
            for policy in call.store.values()
            if (not wanted or policy["PolicyId"] in wanted) and (not state or policy.get("State") == state)
        ]
    }


@operation(Response, "UpdateLifecyclePolicy", backends)
def update_lifecycle_policy(call: Call) -> None:
    """Changes what is given and leaves the rest."""
    policy = _policy(call, call.parameters["PolicyId"])
    policy.update({key: value for key, value in call.parameters.items() if value is not None})
    policy["DateModified"] = now()


@operation(Response, "DeleteLifecyclePolicy", backends)
def delete_lifecycle_policy(call: Call) -> None:
    """Forgets a policy."""
    _policy(call, call.parameters["PolicyId"])
    del call.store[call.parameters["PolicyId"]]


@operation(Response, "ListTagsForResource", backends)
def list_tags(call: Call) -> dict[str, Any]:
    """The tags of a policy."""
    return {"Tags": _tags(call)}


@operation(Response, "TagResource", backends)
def tag_resource(call: Call) -> None:
    """Adds or changes tags of a policy."""
    _tags(call).update(call.parameters["Tags"])


@operation(Response, "UntagResource", backends)
def untag_resource(call: Call) -> None:
    """Takes tags off a policy."""
    for key in call.parameters["TagKeys"]:
        _tags(call).pop(key, None)
