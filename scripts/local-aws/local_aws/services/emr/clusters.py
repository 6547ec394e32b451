"""Clusters of EMR, from STARTING to TERMINATED.

moto forgets most of what a cluster is made with. The store keeps a cluster as AWS describes it, and beside that its
groups, bootstrap actions and policies, which AWS returns by calls of their own.
"""

from typing import Any

from moto.core.base_backend import BaseBackend
from moto.emr.exceptions import ValidationException
from moto.emr.models import emr_backends
from moto.emr.responses import ElasticMapReduceResponse

from local_aws.core.background import background
from local_aws.core.errors import LocalAwsError
from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.life import Life, Step
from local_aws.core.operations import Call, now, operation
from local_aws.core.stores import store_of

from .instance_groups import new_group
from .steps import LOOK_AGAIN_SEC, OPEN, add_steps
from .store import CLUSTERS, STEPS, cluster_of, clusters, emr_id, refuse_unknown, require_alive

RELEASE_SYSTEM = "2.0.20260101.0"
_OPTIONAL = (
    *("AutoScalingRole", "Configurations", "CustomAmiId", "EbsRootVolumeIops", "EbsRootVolumeSize"),
    *("EbsRootVolumeThroughput", "KerberosAttributes", "LogEncryptionKmsKeyId", "ReleaseLabel", "RepoUpgradeOnBoot"),
    *("SecurityConfiguration", "ServiceRole"),
)
_GROUPS = ("EmrManagedMasterSecurityGroup", "EmrManagedSlaveSecurityGroup")
_MORE_GROUPS = ("ServiceAccessSecurityGroup", "AdditionalMasterSecurityGroups", "AdditionalSlaveSecurityGroups")
_INSTANCES = frozenset(
    {
        *(*_GROUPS, *_MORE_GROUPS, "Ec2KeyName", "Ec2SubnetId", "Ec2SubnetIds", "InstanceGroups"),
        *("KeepJobFlowAliveWhenNoSteps", "TerminationProtected", "UnhealthyNodeReplacement"),
    }
)


def install() -> None:
    """Replaces moto's calls."""
    for name, handler in (
        ("RunJobFlow", run_job_flow),
        ("AddJobFlowSteps", add_job_flow_steps),
        ("DescribeCluster", describe_cluster),
        ("ListClusters", list_clusters),
        ("ListBootstrapActions", list_bootstrap_actions),
        ("ModifyCluster", modify_cluster),
        ("TerminateJobFlows", terminate_job_flows),
        ("SetTerminationProtection", set_termination_protection),
        ("SetUnhealthyNodeReplacement", set_unhealthy_node_replacement),
        ("SetVisibleToAllUsers", set_visible_to_all_users),
    ):
        operation(ElasticMapReduceResponse, name, emr_backends)(handler)


def wait_for_steps(backend: BaseBackend, cluster: dict[str, Any]) -> None:
    """Waits until no step of a cluster is open. Raises LocalAwsError when the cluster then ends by itself."""
    while any(
        step["ClusterId"] == cluster["Id"] and step["Status"]["State"] in OPEN
        for step in list(store_of(backend).get(STEPS, {}).values())
    ):
        background.pause(LOOK_AGAIN_SEC)
    if store_of(backend)[CLUSTERS][cluster["Id"]]["AutoTerminate"]:
        raise LocalAwsError("Steps completed")


LIFE = Life(
    emr_backends,
    CLUSTERS,
    "Status.State",
    {
        "STARTING": Step(then="BOOTSTRAPPING", failed="TERMINATED_WITH_ERRORS", takes_sec=2),
        "BOOTSTRAPPING": Step(then="RUNNING", failed="TERMINATED_WITH_ERRORS", takes_sec=2),
        # A cluster that is not kept alive ends when it has nothing to do.
        "RUNNING": Step(then="WAITING", failed="TERMINATING", work=wait_for_steps),
        "TERMINATING": Step(then="TERMINATED", failed="TERMINATED_WITH_ERRORS", takes_sec=2),
    },
    reason="Status.StateChangeReason.Message",
)


def run_job_flow(call: Call) -> dict[str, Any]:
    """Makes a cluster, and returns before it runs."""
    get, instances = call.parameters.get, call.parameters["Instances"]
    refuse_unknown("Instances", instances, _INSTANCES)
    if not all(instances.get(name) for name in _GROUPS):
        # AWS would make groups that belong to nobody, and keep the VPC from being deleted.
        raise ParameterIgnored([f"Instances without {' or '.join(_GROUPS)}"])
    cluster_id = emr_id("j-")
    subnets = instances.get("Ec2SubnetIds") or ([instances["Ec2SubnetId"]] if instances.get("Ec2SubnetId") else [])
    clusters(call)[cluster_id] = {
        **{name: get(name) for name in _OPTIONAL if get(name) is not None},
        "Id": cluster_id,
        "Name": get("Name"),
        "ClusterArn": f"arn:aws:elasticmapreduce:{call.region}:{call.account}:cluster/{cluster_id}",
        "Status": {"Timeline": {"CreationDateTime": now()}},
        "Ec2InstanceAttributes": {
            **{name: instances[name] for name in (*_GROUPS, *_MORE_GROUPS, "Ec2KeyName") if instances.get(name)},
            "Ec2SubnetId": subnets[0] if subnets else None,
            "RequestedEc2SubnetIds": subnets,
            "IamInstanceProfile": get("JobFlowRole"),
        },
        "InstanceCollectionType": "INSTANCE_GROUP",
        # AWS returns the scheme of EMR's own client.
        "LogUri": get("LogUri").replace("s3://", "s3n://", 1) if get("LogUri") else None,
        "AutoTerminate": not instances.get("KeepJobFlowAliveWhenNoSteps", False),
        "TerminationProtected": instances.get("TerminationProtected", False),
        "UnhealthyNodeReplacement": instances.get("UnhealthyNodeReplacement", False),
        "VisibleToAllUsers": get("VisibleToAllUsers", True),
        "Applications": get("Applications") or [],
        "Tags": get("Tags") or [],
        "StepConcurrencyLevel": get("StepConcurrencyLevel") or 1,
        "PlacementGroups": get("PlacementGroupConfigs") or [],
        "ScaleDownBehavior": get("ScaleDownBehavior") or "TERMINATE_AT_TASK_COMPLETION",
        "OSReleaseLabel": get("OSReleaseLabel") or RELEASE_SYSTEM,
        "InstanceGroups": [new_group(asked) for asked in instances.get("InstanceGroups") or []],
        "BootstrapActions": get("BootstrapActions") or [],
        "ManagedScalingPolicy": get("ManagedScalingPolicy"),
        "AutoTerminationPolicy": get("AutoTerminationPolicy"),
    }
    LIFE.enter(call.backend, cluster_id, "STARTING")
    add_steps(call, clusters(call)[cluster_id], get("Steps") or [])
    return {"JobFlowId": cluster_id, "ClusterArn": clusters(call)[cluster_id]["ClusterArn"]}


def add_job_flow_steps(call: Call) -> dict[str, Any]:
    """Adds steps to a cluster. One that waits for work then runs again."""
    cluster = cluster_of(call, call.parameters["JobFlowId"])
    require_alive(cluster)
    ids = add_steps(call, cluster, call.parameters["Steps"])
    if cluster["Status"]["State"] == "WAITING":
        LIFE.enter(call.backend, cluster["Id"], "RUNNING")
    return {"StepIds": ids}


def describe_cluster(call: Call) -> dict[str, Any]:
    """Returns one cluster."""
    return {"Cluster": _described(cluster_of(call, call.parameters["ClusterId"]))}


def list_clusters(call: Call) -> dict[str, Any]:
    """Returns all clusters, or those in the given states or made in the given time."""
    states, after, before = (call.parameters.get(name) for name in ("ClusterStates", "CreatedAfter", "CreatedBefore"))
    return {
        "Clusters": [
            _described(each)
            for each in clusters(call).values()
            if (not states or each["Status"]["State"] in states)
            and (not after or each["Status"]["Timeline"]["CreationDateTime"] > after)
            and (not before or each["Status"]["Timeline"]["CreationDateTime"] < before)
        ]
    }


def list_bootstrap_actions(call: Call) -> dict[str, Any]:
    """Returns the bootstrap actions of a cluster. None was run."""
    actions = cluster_of(call, call.parameters["ClusterId"])["BootstrapActions"]
    return {
        "BootstrapActions": [
            {
                "Name": each["Name"],
                "ScriptPath": each["ScriptBootstrapAction"]["Path"],
                "Args": each["ScriptBootstrapAction"].get("Args") or [],
            }
            for each in actions
        ]
    }


def modify_cluster(call: Call) -> dict[str, Any]:
    """Changes how many steps run at once."""
    cluster = cluster_of(call, call.parameters["ClusterId"])
    require_alive(cluster)
    cluster["StepConcurrencyLevel"] = call.parameters["StepConcurrencyLevel"]
    return {"StepConcurrencyLevel": cluster["StepConcurrencyLevel"]}


def terminate_job_flows(call: Call) -> None:
    """Ends clusters that are not protected."""
    for cluster_id in call.parameters["JobFlowIds"]:
        cluster = cluster_of(call, cluster_id)
        if cluster["TerminationProtected"]:
            raise ValidationException("Could not shut down one or more job flows since they are termination protected.")
        if not cluster["Status"]["State"].startswith("TERMINAT"):
            LIFE.enter(call.backend, cluster_id, "TERMINATING", "Terminated by user request")


def set_termination_protection(call: Call) -> None:
    """Protects clusters, or takes their protection."""
    _set(call, "TerminationProtected")


def set_unhealthy_node_replacement(call: Call) -> None:
    """Says whether clusters replace unhealthy nodes. There are none to replace."""
    _set(call, "UnhealthyNodeReplacement")


def set_visible_to_all_users(call: Call) -> None:
    """Says whether everybody in the account sees clusters."""
    _set(call, "VisibleToAllUsers")


def _set(call: Call, name: str) -> None:
    for cluster_id in call.parameters["JobFlowIds"]:
        cluster_of(call, cluster_id)[name] = call.parameters[name]


def _described(cluster: dict[str, Any]) -> dict[str, Any]:
    return {**cluster, "NormalizedInstanceHours": 0}
