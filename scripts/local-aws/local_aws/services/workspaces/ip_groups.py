"""IP access control groups: from where a desktop may be reached. They are kept and returned, and filter nothing."""

from typing import Any

from moto.workspaces.models import workspaces_backends
from moto.workspaces.responses import WorkSpacesResponse

from local_aws.core.operations import ApiError, Call, new_id, operation

from .tags import keep_tags


def install() -> None:
    """Adds the calls."""
    for name, handler in (
        ("CreateIpGroup", create_ip_group),
        ("DescribeIpGroups", describe_ip_groups),
        ("UpdateRulesOfIpGroup", update_rules_of_ip_group),
        ("AuthorizeIpRules", authorize_ip_rules),
        ("RevokeIpRules", revoke_ip_rules),
        ("DeleteIpGroup", delete_ip_group),
    ):
        operation(WorkSpacesResponse, name, workspaces_backends)(handler)


def create_ip_group(call: Call) -> dict[str, Any]:
    """Keeps a new group. Its name is unique in the region."""
    name = call.parameters["GroupName"]
    if any(group["groupName"] == name for group in ip_groups(call).values()):
        raise ApiError("ResourceAlreadyExistsException", f"an IP group with the name '{name}' exists already")
    group_id = new_id("wsipg-", 9)
    ip_groups(call)[group_id] = {
        "groupId": group_id,
        "groupName": name,
        "groupDesc": call.parameters.get("GroupDesc", ""),
        "userRules": call.parameters.get("UserRules") or [],
    }
    keep_tags(call, group_id, call.parameters.get("Tags"))
    return {"GroupId": group_id}


def describe_ip_groups(call: Call) -> dict[str, Any]:
    """Returns all groups, or those with the given ids."""
    wanted = call.parameters.get("GroupIds")
    return {"Result": [group for group_id, group in ip_groups(call).items() if not wanted or group_id in wanted]}


def update_rules_of_ip_group(call: Call) -> None:
    """Replaces all rules of a group."""
    ip_group(call, call.parameters["GroupId"])["userRules"] = call.parameters.get("UserRules") or []


def authorize_ip_rules(call: Call) -> None:
    """Adds rules to a group."""
    ip_group(call, call.parameters["GroupId"])["userRules"] += call.parameters["UserRules"]


def revoke_ip_rules(call: Call) -> None:
    """Removes rules from a group."""
    group, gone = ip_group(call, call.parameters["GroupId"]), call.parameters["UserRules"]
    group["userRules"] = [rule for rule in group["userRules"] if rule["ipRule"] not in gone]


def delete_ip_group(call: Call) -> None:
    """Forgets a group that no directory uses."""
    group_id = call.parameters["GroupId"]
    ip_group(call, group_id)
    users = [
        each["DirectoryId"] for each in call.store.get("directories", {}).values() if group_id in each["ipGroupIds"]
    ]
    if users:
        raise ApiError("ResourceAssociatedException", f"the IP group {group_id} is associated with {', '.join(users)}")
    del ip_groups(call)[group_id]
    call.store.get("tags", {}).pop(group_id, None)


def ip_groups(call: Call) -> dict[str, Any]:
    """Returns all groups, by id."""
    return call.store.setdefault("ip_groups", {})


def ip_group(call: Call, group_id: str) -> dict[str, Any]:
    """Returns a group, or raises ApiError."""
    if group_id not in ip_groups(call):
        raise ApiError("ResourceNotFoundException", f"the IP group {group_id} does not exist")
    return ip_groups(call)[group_id]
