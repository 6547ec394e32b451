"""Instance groups of clusters. They have the numbers that were asked for, and no instances."""

from typing import Any

from moto.emr.exceptions import InvalidRequestException
from moto.emr.models import emr_backends
from moto.emr.responses import ElasticMapReduceResponse

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import Call, now, operation

from .store import cluster_of, clusters, emr_id, refuse_unknown, require_alive

_KNOWN = frozenset(
    {
        *("BidPrice", "Configurations", "CustomAmiId", "EbsConfiguration", "InstanceCount", "InstanceRole"),
        *("InstanceType", "Market", "Name"),
    }
)
# The state of a group in each state of its cluster.
_STATES = {
    "STARTING": "PROVISIONING",
    "BOOTSTRAPPING": "BOOTSTRAPPING",
    "TERMINATING": "SHUTTING_DOWN",
    "TERMINATED": "TERMINATED",
    "TERMINATED_WITH_ERRORS": "TERMINATED",
}


def install() -> None:
    """Replaces moto's calls."""
    for name, handler in (
        ("ListInstanceGroups", list_instance_groups),
        ("AddInstanceGroups", add_instance_groups),
        ("ModifyInstanceGroups", modify_instance_groups),
        ("ListInstances", list_instances),
        ("ListInstanceFleets", list_instance_fleets),
    ):
        operation(ElasticMapReduceResponse, name, emr_backends)(handler)
    # The id of a group says which cluster it is of. Whichever instances a request asks for, there are none.
    may_be_ignored("emr", "ModifyInstanceGroups", "ClusterId")
    may_be_ignored("emr", "ListInstances", "InstanceGroupId", "InstanceGroupTypes", "InstanceStates")


def new_group(asked: dict[str, Any]) -> dict[str, Any]:
    """Returns a new group as AWS describes it, without its state."""
    refuse_unknown("InstanceGroups", asked, _KNOWN)
    ebs = asked.get("EbsConfiguration") or {}
    specifications = [
        config["VolumeSpecification"]
        for config in ebs.get("EbsBlockDeviceConfigs") or []
        for _ in range(config.get("VolumesPerInstance") or 1)
    ]
    return {
        "Id": emr_id("ig-"),
        "Name": asked.get("Name"),
        "Market": asked.get("Market") or "ON_DEMAND",
        "InstanceGroupType": asked["InstanceRole"],
        "InstanceType": asked["InstanceType"],
        "RequestedInstanceCount": asked.get("InstanceCount", 1),
        "Configurations": asked.get("Configurations") or [],
        "EbsBlockDevices": [
            {"VolumeSpecification": each, "Device": f"/dev/sd{chr(ord('b') + position)}"}
            for position, each in enumerate(specifications)
        ],
        "EbsOptimized": ebs.get("EbsOptimized", False),
        "ShrinkPolicy": {},
        "CreationDateTime": now(),
        **{name: asked[name] for name in ("BidPrice", "CustomAmiId") if asked.get(name)},
    }


def list_instance_groups(call: Call) -> dict[str, Any]:
    """Returns the groups of a cluster. Their state follows the cluster's."""
    cluster = cluster_of(call, call.parameters["ClusterId"])
    return {"InstanceGroups": [_described(cluster, group) for group in cluster["InstanceGroups"]]}


def add_instance_groups(call: Call) -> dict[str, Any]:
    """Adds groups to a cluster."""
    cluster = cluster_of(call, call.parameters["JobFlowId"])
    require_alive(cluster)
    added = [new_group(asked) for asked in call.parameters["InstanceGroups"]]
    cluster["InstanceGroups"] += added
    return {
        "JobFlowId": cluster["Id"],
        "InstanceGroupIds": [group["Id"] for group in added],
        "ClusterArn": cluster["ClusterArn"],
    }


def modify_instance_groups(call: Call) -> None:
    """Changes size and configuration of groups."""
    known = frozenset({"InstanceGroupId", "InstanceCount", "Configurations", "ReconfigurationType"})
    for asked in call.parameters.get("InstanceGroups") or []:
        refuse_unknown("InstanceGroups", asked, known)
        group = _group(call, asked["InstanceGroupId"])
        if asked.get("InstanceCount") is not None:
            group["RequestedInstanceCount"] = asked["InstanceCount"]
        if asked.get("Configurations") is not None:
            group["Configurations"] = asked["Configurations"]


def list_instances(call: Call) -> dict[str, Any]:
    """Returns no instances: no machine runs behind a cluster."""
    cluster_of(call, call.parameters["ClusterId"])
    return {"Instances": []}


def list_instance_fleets(call: Call) -> None:
    """Refuses, as AWS does: every cluster uses instance groups here."""
    cluster_of(call, call.parameters["ClusterId"])
    raise InvalidRequestException(
        "Instance fleets and instance groups are mutually exclusive. The EMR cluster specified in the request uses "
        "instance groups. The ListInstanceFleets operation does not support clusters that use instance groups."
    )


def _group(call: Call, group_id: str) -> dict[str, Any]:
    for cluster in clusters(call).values():
        for group in cluster["InstanceGroups"]:
            if group["Id"] == group_id:
                require_alive(cluster)
                return group
    raise InvalidRequestException(f"Instance group id '{group_id}' is not valid.")


def _described(cluster: dict[str, Any], group: dict[str, Any]) -> dict[str, Any]:
    state = _STATES.get(cluster["Status"]["State"], "RUNNING")
    running = group["RequestedInstanceCount"] if state == "RUNNING" else 0
    timeline = {"CreationDateTime": group["CreationDateTime"]}
    return {**group, "RunningInstanceCount": running, "Status": {"State": state, "Timeline": timeline}}
