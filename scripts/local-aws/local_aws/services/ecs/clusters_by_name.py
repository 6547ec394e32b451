"""The cluster that a call names."""

from moto.ecs.exceptions import ClusterNotFoundException
from moto.ecs.models import Cluster

from local_aws.core.operations import Call


def cluster_of(call: Call) -> Cluster:
    """Returns the cluster that a call names, or raises AWS's error."""
    cluster = call.backend._get_cluster(call.parameters.get("cluster") or "default")
    if cluster.status != "ACTIVE":
        raise ClusterNotFoundException
    return cluster
