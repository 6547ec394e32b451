"""Clusters: moto deletes one that has something in it, and counts what it does not know."""

from collections.abc import Callable
from typing import Any

from moto.ecs.exceptions import ECSException
from moto.ecs.models import Cluster, EC2ContainerServiceBackend, ecs_backends

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import correction
from local_aws.core.stores import store_of

from .records import instances_in, is_pending, tasks_in
from .services import active_services

# What keeps a cluster from being deleted: the count of it, and AWS's error.
_REFUSALS = (
    ("active_services_count", "Services", "Services are active"),
    ("registered_container_instances_count", "ContainerInstances", "Container Instances are active or draining"),
    ("_tasks_count", "Tasks", "Tasks are active"),
)


def install() -> None:
    """Makes a cluster know what is in it."""
    for name, count in {
        "active_services_count": lambda backend, arn: len(active_services(store_of(backend), arn)),
        "registered_container_instances_count": lambda backend, arn: len(instances_in(backend, arn)),
        "running_tasks_count": lambda backend, arn: sum(
            each["lastStatus"] == "RUNNING" for each in tasks_in(backend, arn)
        ),
        "pending_tasks_count": lambda backend, arn: sum(map(is_pending, tasks_in(backend, arn))),
        "_tasks_count": lambda backend, arn: sum(each["lastStatus"] != "STOPPED" for each in tasks_in(backend, arn)),
    }.items():
        setattr(Cluster, name, _counted(count))
    correction(EC2ContainerServiceBackend, "delete_cluster")(refuse_with_something_in_it)
    correction(EC2ContainerServiceBackend, "list_clusters")(active_clusters)
    # moto always includes the tags.
    may_be_ignored("ecs", "DescribeCapacityProviders", "include")


def active_clusters(_original: Any, backend: EC2ContainerServiceBackend) -> list[str]:
    """Returns the clusters that were not deleted. AWS still describes a deleted one for a while."""
    return [cluster.arn for cluster in backend.clusters.values() if cluster.status == "ACTIVE"]


def refuse_with_something_in_it(original: Any, backend: EC2ContainerServiceBackend, cluster_str: str) -> Cluster:
    """Refuses to delete a cluster that has services, instances or tasks."""
    cluster = backend._get_cluster(cluster_str)
    for count, kind, what in _REFUSALS:
        if getattr(cluster, count):
            raise ECSException(f"ClusterContains{kind}Exception", f"The Cluster cannot be deleted while {what}.")
    return original(backend, cluster_str)


def _counted(count: Callable[[Any, str], int]) -> property:
    def read(cluster: Cluster) -> int:
        _, _, _, region, account, _ = cluster.arn.split(":")
        return count(ecs_backends[account][region], cluster.arn)

    return property(read, lambda _cluster, _count: None)
