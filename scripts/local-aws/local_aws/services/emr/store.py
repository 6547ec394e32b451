"""What the files of EMR share: clusters in the store, and refusals."""

from typing import Any

from moto.emr.exceptions import InvalidRequestException

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.operations import Call, new_id

CLUSTERS, STEPS = "clusters", "steps"
# The states in which a cluster takes no more work.
ENDED = ("TERMINATING", "TERMINATED", "TERMINATED_WITH_ERRORS")


def clusters(call: Call) -> dict[str, Any]:
    """Returns all clusters, by id."""
    return call.store.setdefault(CLUSTERS, {})


def cluster_of(call: Call, cluster_id: str) -> dict[str, Any]:
    """Returns a cluster, or raises AWS's error."""
    if cluster_id not in clusters(call):
        raise InvalidRequestException(f"Cluster id '{cluster_id}' is not valid.")
    return clusters(call)[cluster_id]


def require_alive(cluster: dict[str, Any]) -> None:
    """Raises AWS's error for a cluster that ends or has ended."""
    state = cluster["Status"]["State"]
    if state in ENDED:
        raise InvalidRequestException(f"Cluster {cluster['Id']} is {state}: it takes no more changes")


def refuse_unknown(path: str, asked: dict[str, Any], known: frozenset[str]) -> None:
    """Raises ParameterIgnored for what a structure of a request asks and nothing here would keep."""
    ignored = [f"{path}.{name}" for name, value in asked.items() if value and name not in known]
    if ignored:
        raise ParameterIgnored(ignored)


def emr_id(prefix: str) -> str:
    """Returns a new id, such as `j-2AXXXXXXGAPLF`."""
    return prefix + new_id("", 13).upper()
