"""Clusters: moto deletes one that has services, and counts services that it does not know."""

from typing import Any

from moto.ecs.exceptions import ECSException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, ecs_backends

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import correction
from local_aws.core.stores import store_of

from .services import active_services


def install() -> None:
    """Makes a cluster know its services."""
    Cluster.active_services_count = property(count_services, lambda _cluster, _count: None)
    correction(EC2ContainerServiceBackend, "delete_cluster")(refuse_with_services)
    # moto always includes the tags.
    for call in ("DescribeCapacityProviders", "DescribeContainerInstances"):
        may_be_ignored("ecs", call, "include")


def count_services(cluster: Cluster) -> int:
    """Returns how many services a cluster has."""
    _, _, _, region, account, _ = cluster.arn.split(":")
    return len(active_services(store_of(ecs_backends[account][region]), cluster.arn))


def refuse_with_services(original: Any, backend: EC2ContainerServiceBackend, cluster_str: str) -> Cluster:
    """Refuses to delete a cluster that has services."""
    if active_services(store_of(backend), backend._get_cluster(cluster_str).arn):
        raise ECSException(
            "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
        )
    return original(backend, cluster_str)
