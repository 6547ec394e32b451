"""Data Lifecycle Manager: policies that snapshot volumes on a schedule.

moto lacks the service, so `aws_dlm_lifecycle_policy` could not be deployed. This keeps and returns policies. It takes
no snapshots on their schedule, since a local AWS does not run for days.
"""

from typing import Any

from local_aws.core.operations import ApiError, Call, add_service, new_id, now, operation


def install() -> None:
    """Adds the service and its calls."""
    paths = ["{0}/policies$", "{0}/policies/(?P<policyId>[^/]+)/?$", "{0}/tags/(?P<resourceArn>.+)$"]
    response, backends = add_service("dlm", r"https?://dlm\.(.+)\.amazonaws\.com", paths)
    operation(response, "CreateLifecyclePolicy", backends)(create_lifecycle_policy)
    operation(response, "GetLifecyclePolicy", backends)(get_lifecycle_policy)
    operation(response, "GetLifecyclePolicies", backends)(get_lifecycle_policies)
    operation(response, "UpdateLifecyclePolicy", backends)(update_lifecycle_policy)
    operation(response, "DeleteLifecyclePolicy", backends)(delete_lifecycle_policy)
    operation(response, "ListTagsForResource", backends)(list_tags)
    operation(response, "TagResource", backends)(tag_resource)
    operation(response, "UntagResource", backends)(untag_resource)


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


def get_lifecycle_policy(call: Call) -> dict[str, Any]:
    """Returns one policy, whole."""
    return {"Policy": _policy(call, call.parameters["PolicyId"])}


def get_lifecycle_policies(call: Call) -> dict[str, Any]:
    """Returns summaries of all policies, or of those with the given ids or in the given state."""
    wanted, state = call.parameters.get("PolicyIds"), call.parameters.get("State")
    summary = ("PolicyId", "Description", "State", "Tags")
    return {
        "Policies": [
            {**{key: policy.get(key) for key in summary}, "PolicyType": policy["PolicyDetails"]["PolicyType"]}
            for policy in call.store.values()
            if (not wanted or policy["PolicyId"] in wanted) and (not state or policy.get("State") == state)
        ]
    }


def update_lifecycle_policy(call: Call) -> None:
    """Changes the given parameters and leaves the others."""
    policy = _policy(call, call.parameters["PolicyId"])
    policy.update({key: value for key, value in call.parameters.items() if value is not None})
    policy["DateModified"] = now()


def delete_lifecycle_policy(call: Call) -> None:
    """Forgets a policy."""
    _policy(call, call.parameters["PolicyId"])
    del call.store[call.parameters["PolicyId"]]


def list_tags(call: Call) -> dict[str, Any]:
    """Returns the tags of a policy."""
    return {"Tags": _tags(call)}


def tag_resource(call: Call) -> None:
    """Adds or changes tags of a policy."""
    _tags(call).update(call.parameters["Tags"])


def untag_resource(call: Call) -> None:
    """Removes tags of a policy."""
    for key in call.parameters["TagKeys"]:
        _tags(call).pop(key, None)


def _policy(call: Call, policy_id: str) -> dict[str, Any]:
    if policy_id not in call.store:
        raise ApiError("ResourceNotFoundException", f"lifecycle policy {policy_id} does not exist")
    return call.store[policy_id]


def _tags(call: Call) -> dict[str, str]:
    return _policy(call, call.parameters["ResourceArn"].rsplit("/", 1)[-1])["Tags"]
